"""Small counts: which layers are about victims, how their cube is cut, and below which count nothing is told."""

from typing import TypedDict

import pandas as pd

from data.errors import FilterError

VICTIM_LAYERS = ("human_trafficking",)
BIN_YEARS = 3  # full years from a multiple of 3; measured in data/README.md
K_VICTIMS = 10  # a choice, as the publishers' own limits are: CTDC takes 11, national offices 10; see data/README.md
K_OTHERS = 3
SUPPRESSED = ":c"  # Eurostat's mark of a confidential value: never 0, never blank


class Rule(TypedDict):
    """What a release states of its small counts."""

    layers: list[str]
    bin_years: int
    k_victims: int
    k_others: int


def is_small(counts: pd.Series, layers: pd.Series, k_victims: int = K_VICTIMS) -> pd.Series:
    """Return which counts are above 0 and below the limit of their layer, and so leave the store only as ``:c``.

    Args:
        counts: Counts of records.
        layers: The layer of each; same index.
        k_victims: The limit of layers about victims.
    """
    limits = layers.isin(VICTIM_LAYERS).map({True: k_victims, False: K_OTHERS})
    return (counts > 0) & (counts < limits)


def rule(k_victims: int = K_VICTIMS) -> Rule:
    """Return what a release states of its small counts.

    Raises:
        FilterError: the limit is too low to protect anybody.
    """
    if k_victims < K_OTHERS:
        raise FilterError(f"k-victims is {k_victims}; it must be {K_OTHERS} or more.")
    return {"layers": list(VICTIM_LAYERS), "bin_years": BIN_YEARS, "k_victims": k_victims, "k_others": K_OTHERS}
