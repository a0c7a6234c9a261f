"""Ground floor: what a table is, where it comes from, how it is kept."""
