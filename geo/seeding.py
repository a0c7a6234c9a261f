"""Draws that follow from what is drawn, not from how it was handed over."""

import hashlib

import numpy as np

from geo.distance import Array


def seed_of(rng: np.random.Generator | int) -> int:
    """Return the seed itself, or one number of the generator."""
    return int(rng.integers(2**63)) if isinstance(rng, np.random.Generator) else rng


def oriented(plain: Array, turned: Array) -> tuple[bool, list[int]]:
    """Return whether the turned records sort first, and seed words of whichever does.

    A test that draws for the one that sorts first, and turns the draws back, gives the exact mirror for a layer
    turned round.
    """
    one, other = (hashlib.sha256(x.astype(np.float64).tobytes()).digest() for x in (plain, turned))
    least = min(one, other)
    return other < one, [int.from_bytes(least[at : at + 4], "little") for at in range(0, 32, 4)]
