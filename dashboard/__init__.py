"""Everything a person meets: screen, command line, words and pictures."""
