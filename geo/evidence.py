"""How much one record counts."""

# A trace that states no transit says only where a firearm was last sold and where it was recovered; with an
# unknown time to crime it weighs 0.4. A policy default, shown to the reader, not a measurement (README.md).
TRACE_FACTOR = 0.4
