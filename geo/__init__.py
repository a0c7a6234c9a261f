"""Geometry and statistics: frames in, frames out; no database, no screen."""
