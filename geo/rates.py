"""Did a rate change between two periods? Ratios of two counts over their exposures, with exact intervals."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betainc, betaincinv

from data.errors import ContractError
from geo.bands import N_MIN
from geo.discovery import q_values
from geo.distance import Array
from geo.posterior import PHI

LEVEL = 0.95  # of the interval; convention
Q_CHANGED = 0.05  # false discovery rate of the words EMERGING and FADING; matches LEVEL
LABELS = ("EMERGING", "FADING", "STEADY", "INSUFFICIENT")
EMERGING, FADING, STEADY, INSUFFICIENT = LABELS
COLUMNS = ("before_count", "after_count", "before_exposure", "after_exposure")


def rate_ratios(counts: pd.DataFrame, phi: float = PHI) -> pd.DataFrame:
    """Return how much each row's rate changed from the period before to the period after.

    Given n = a + b records, b is binomial with share p = R tb / (ta + R tb), where R is the ratio of rates. The
    interval of p is Clopper and Pearson's on a / phi and b / phi effective records, exact for phi 1; p and interval
    agree: p < 0.05 exactly where the interval leaves out 1. A row is EMERGING or FADING where its Benjamini-Hochberg
    q over all tested rows is at most Q_CHANGED: then its interval leaves out 1 after that correction too.

    Args:
        counts: ``before_count, after_count`` (records, at least 0), ``before_exposure, after_exposure`` (time in
            which somebody reported, same unit, at least 0; 0 means silence, not absence).
        phi: Overdispersion of counts, at least 1.

    Returns:
        Same index: ``ratio`` (inf where nothing was recorded before), ``low, high, p, q`` (NaN where not tested),
        ``label`` (one of LABELS), ``reason`` (why INSUFFICIENT, else "").

    Raises:
        ContractError: a column is missing or holds a negative number.

    Source: Przyborowski and Wilenski 1940 (conditional test); Clopper and Pearson 1934; Benjamini and Hochberg 1995.
    """
    a, b, ta, tb = _columns(counts)
    reason = _reasons(a, b, ta, tb)
    is_tested = reason == ""
    numbers = np.full((len(counts), 4), np.nan)
    numbers[is_tested] = _tested(np.column_stack([a, b, ta, tb])[is_tested], phi)
    found = pd.DataFrame(numbers, index=counts.index, columns=["ratio", "low", "high", "p"])
    found["q"] = q_values(numbers[:, 3])
    is_changed = (found["q"] <= Q_CHANGED).to_numpy()
    words = np.select(
        [~is_tested, is_changed & (found["ratio"] > 1), is_changed], [INSUFFICIENT, EMERGING, FADING], STEADY
    )
    return found.assign(label=words, reason=reason)


def pooled(strata: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return the counts of several sources as one count and one exposure each side, by key.

    A source that is silent in one period says nothing of a change: its records are left out. Were nothing changed, a
    source's share of records after would be tb / (ta + tb); the pooled exposures stand for the mean of these shares,
    weighted by records. The sum of such counts varies less than the binomial that the test assumes, never more.

    Args:
        strata: ``keys`` and COLUMNS, one row per key and source.
        keys: Columns that name a row of the result.

    Returns:
        ``keys`` and COLUMNS, one row per key. Where no source reported in both periods, the counts are whole, and the
        exposure is 0 for a period in which all are silent, or for both.

    Raises:
        ContractError: a column is missing or holds a negative number.
    """
    a, b, ta, tb = _columns(strata)
    is_both = (ta > 0) & (tb > 0)
    weight = np.where(is_both, a + b, 0.0)
    share = np.divide(tb, ta + tb, out=np.zeros_like(tb), where=is_both)
    rows = strata[list(keys)].assign(
        n=weight, length=weight * (ta + tb), after=weight * share, a=a * is_both, b=b * is_both
    )
    rows = rows.assign(whole_a=a, whole_b=b, both=is_both)
    most = strata[list(keys)].assign(before=ta, after=tb).groupby(list(keys)).max()
    return _one_exposure(rows.groupby(list(keys)).sum(), most).reset_index()


def _one_exposure(sums: pd.DataFrame, most: pd.DataFrame) -> pd.DataFrame:
    """Return COLUMNS from the sums of ``pooled`` and the longest exposure of any source before and after."""
    is_weighed = sums["n"] > 0
    share, length = sums["after"] / sums["n"], sums["length"] / sums["n"]
    is_split = (sums["both"] == 0) & (most > 0).all(axis=1)  # one source in each period, none in both
    longest = most.mask(is_split, 0.0)
    return pd.DataFrame(
        {
            "before_count": sums["a"].where(is_weighed, sums["whole_a"]),
            "after_count": sums["b"].where(is_weighed, sums["whole_b"]),
            "before_exposure": (length * (1 - share)).where(is_weighed, longest["before"]),
            "after_exposure": (length * share).where(is_weighed, longest["after"]),
        }
    )


def _columns(counts: pd.DataFrame) -> list[Array]:
    found = []
    for name in COLUMNS:
        if name not in counts:
            raise ContractError(f"Table counts: column {name} is missing; expected {', '.join(COLUMNS)}.")
        values = counts[name].to_numpy(np.float64, na_value=np.nan)
        if (values < 0).any():
            raise ContractError(f"Table counts: column {name} holds {values.min():g}; expected 0 or more.")
        found.append(values)
    return found


def _reasons(a: Array, b: Array, ta: Array, tb: Array) -> npt.NDArray[np.object_]:
    """Return why a row cannot be tested, or ""."""
    is_unknown = ~np.isfinite(np.stack([a, b, ta, tb])).all(axis=0)
    told = [
        (is_unknown, "not enough data: a count or the time it stands for is not known"),
        ((ta == 0) & (tb == 0), "not enough data: no source reported in both periods"),
        (ta == 0, "not enough data: nobody reported in the first period"),
        (tb == 0, "not enough data: nobody reported in the second period"),
        (a + b < N_MIN, f"not enough data: fewer than {N_MIN:g} records in both periods together"),
    ]
    return np.select([where for where, _ in told], [why for _, why in told], "").astype(object)


def _tested(rows: Array, phi: float) -> Array:
    """Return ratio, the two ends of its interval, and p, from the columns of COLUMNS."""
    a, b, ta, tb = rows.T
    few, many, tail = a / phi, b / phi, (1 - LEVEL) / 2
    shares = _share(many, few + 1, tail), _share(many + 1, few, 1 - tail)
    with np.errstate(divide="ignore"):  # nothing before, or a share of 1: the ratio has no upper bound
        ratios = [b / a * ta / tb, *(share / (1 - share) * ta / tb for share in shares)]
    even = tb / (ta + tb)
    at_least, at_most = _below(many, few + 1, even), 1 - _below(many + 1, few, even)
    return np.column_stack([*ratios, np.minimum(1.0, 2 * np.minimum(at_least, at_most))])


def _share(hits: Array, misses: Array, level: float) -> Array:
    """Return the quantile of Beta(hits, misses); 0 without hits, 1 without misses."""
    inner = betaincinv(np.where(hits > 0, hits, 1.0), np.where(misses > 0, misses, 1.0), level)
    return np.where(hits <= 0, 0.0, np.where(misses <= 0, 1.0, inner))


def _below(hits: Array, misses: Array, share: Array) -> Array:
    """Return Pr(Beta(hits, misses) <= share); 1 without hits, 0 without misses."""
    inner = betainc(np.where(hits > 0, hits, 1.0), np.where(misses > 0, misses, 1.0), share)
    return np.where(hits <= 0, 1.0, np.where(misses <= 0, 0.0, inner))
