"""How much one record counts: grade of its source and content, time to crime of a trace. Reasons: README.md."""

from collections.abc import Mapping
from itertools import product

import numpy as np
import pandas as pd

from data.errors import ContractError
from geo.diversion import TTC_EDGES_DAYS

# Admiralty scales, read as the probability that such a record is right; geo/README.md. F and 6: cannot be judged.
RELIABILITY = {"A": 0.95, "B": 0.85, "C": 0.70, "D": 0.45, "E": 0.20, "F": 0.50}
CREDIBILITY = {"1": 0.95, "2": 0.80, "3": 0.60, "4": 0.35, "5": 0.10, "6": 0.50}
UNGRADED = ("F", "6")
# The grade that counts as one record: what states report of their own seizures. Every threshold in records (N_MIN and
# its like) was measured on records of that kind; better ones count as one too, worse ones as less.
REFERENCE = ("B", "2")

# A trace that states no transit says only where a firearm was last sold and where it was recovered. Policy defaults,
# shown to the reader, not measurements; geo/README.md, "What a record counts". One factor per class of TTC_EDGES_DAYS.
TRACE_FACTORS = (1.0, 0.6, 0.3)
TRACE_FACTOR = 0.4  # time to crime unknown


def grades(
    reliability: Mapping[str, float] = RELIABILITY, credibility: Mapping[str, float] = CREDIBILITY
) -> pd.DataFrame:
    """Return the factor of every pair of grades.

    A grade is sqrt(reliability x credibility): the scales are not independent, a product would count their common part
    twice. The factor is the grade over that of REFERENCE, at most 1, so that weights can be read as records.

    Args:
        reliability: Of the source, by letter; must hold those of UNGRADED and REFERENCE.
        credibility: Of the record, by digit; likewise.

    Returns:
        ``reliability, credibility, factor``, one row per pair, in the order of the scales.

    Raises:
        ContractError: a scale lacks a required grade or holds a value outside 0 to 1 (REFERENCE: above 0).
    """
    scales = {"reliability": reliability, "credibility": credibility}
    for (name, scale), *needed in zip(scales.items(), UNGRADED, REFERENCE, strict=True):
        _check_scale(name, scale, needed)
    pairs = pd.DataFrame(list(product(reliability, credibility)), columns=list(scales))
    grade = np.sqrt(pairs["reliability"].map(reliability) * pairs["credibility"].map(credibility))
    one = np.sqrt(reliability[REFERENCE[0]] * credibility[REFERENCE[1]])
    return pairs.assign(factor=np.minimum(grade / one, 1.0))


def _check_scale(name: str, scale: Mapping[str, float], needed: list[str]) -> None:
    missing = [letter for letter in needed if letter not in scale]
    if missing:
        raise ContractError(f"Grades: {name} has no value for {missing[0]}; it must have one.")
    wrong = [letter for letter, value in scale.items() if not 0 <= value <= 1]
    if wrong or not scale[needed[-1]] > 0:
        letter = (wrong or needed)[-1]
        raise ContractError(f"Grades: {name} {letter} is {scale[letter]}; expected 0 to 1, and above 0 for the unit.")


def trace_factors() -> pd.DataFrame:
    """Return the factor of each class of time to crime: ``days_from, days_until`` (exclusive), ``factor``."""
    edges = pd.Series(TTC_EDGES_DAYS, dtype=np.float64)
    return pd.DataFrame(
        {"days_from": edges[:-1], "days_until": edges[1:].to_numpy(), "factor": np.array(TRACE_FACTORS)}
    )
