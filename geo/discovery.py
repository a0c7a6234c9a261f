"""False discovery: q of many tests at once. Not scipy.stats, which takes as long to load as all the rest of geo."""

import numpy as np

from geo.distance import Array


def q_values(p: Array) -> Array:
    """Return the false discovery rate at which each test is found; NaN, a test that was not made, stays NaN.

    Args:
        p: p-values in [0, 1] or NaN, of any shape; all are one family.

    Raises:
        ValueError: a p outside [0, 1].

    Source: Benjamini and Hochberg 1995, in the adjusted form of Yekutieli and Benjamini 1999.
    """
    known = p[np.isfinite(p)]
    if not ((known >= 0) & (known <= 1)).all():
        raise ValueError("q_values: expected p-values from 0 to 1, or NaN for a test that was not made.")
    order = np.argsort(known)
    scaled = known[order] * (len(known) / np.arange(1, len(known) + 1))
    found = np.empty_like(known)
    found[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    q = np.full(p.shape, np.nan)
    q[np.isfinite(p)] = found
    return q
