"""Ratios of the product's own code to named peers; README.md says what each case is."""
