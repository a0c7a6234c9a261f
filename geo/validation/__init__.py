"""Does the method find what is there, and nothing else? Worlds with planted truth, scenarios S0 to S15, bounds."""
