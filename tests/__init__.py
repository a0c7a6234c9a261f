"""The tests of every room, in the same tree; worked/ is reckoned by hand, real/ reads published files.

Numbers in names and docstrings are those of the list of what the product must do and be: "Check 12" is one of its
checks of safety and of what leaves, "R2" a published finding that real data must give again, "S7" a scenario of
``contraflow validate``.
"""
