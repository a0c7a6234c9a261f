"""How many contrary records would take a word away from a corridor."""

import numpy as np

from data.errors import ContractError
from geo.compare import P_MIN
from geo.distance import Array
from geo.posterior import DELTA, posterior

FOLDS = 10  # contrary records are looked for up to so many times those there are


def contrary_needed(a: tuple[float, float], b: tuple[float, float], delta: float = DELTA) -> int | None:
    """Return the fewest contrary records of the second layer that leave neither word a probability of P_MIN.

    Args:
        a: Weighted records of the first layer along the corridor, one way and back.
        b: The same of the second. Contrary records run against its present majority.
        delta: As geo.posterior.posterior takes it.

    Returns:
        Whole records, the paths of all taken as known: where they are not, fewer do. 0 where no word stands as it is,
        None where FOLDS times the layer's records would not do. Turning the corridor round, or exchanging the ways of
        both layers, changes nothing.

    Raises:
        ContractError: a count is missing or negative.
    """
    counts = np.array([*a, *b])
    if not (np.isfinite(counts) & (counts >= 0)).all():
        raise ContractError("contrary_needed: expected counts >= 0 of both layers, both ways.")
    more = np.arange(int(FOLDS * max(sum(b), 1)) + 1, dtype=np.float64)
    grown = (b[0], b[1] + more) if b[0] >= b[1] else (b[0] + more, b[1])
    ways: tuple[Array, Array] = np.broadcast_to(grown[0], more.shape), np.broadcast_to(grown[1], more.shape)
    first: tuple[Array, Array] = np.full(len(more), a[0]), np.full(len(more), a[1])
    p_common, p_inverse = posterior(first, ways, delta)
    undone = np.flatnonzero(np.maximum(p_common, p_inverse) < P_MIN)
    return int(undone[0]) if len(undone) else None
