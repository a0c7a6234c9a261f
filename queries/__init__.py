"""SQL, and the one way to run it."""
