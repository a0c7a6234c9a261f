"""How complete is what was seen? Good-Turing coverage of directed pairs, after Chao and Jost."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.errors import ContractError
from geo.bands import N_MIN

COUNTS = ("record_count", "record_count_high")
COLUMNS = ("pair_count", "record_count", "once_count", "twice_count", "coverage_low", "coverage_high", "reason")


def chao_jost(counts: npt.ArrayLike) -> float:
    """Return the estimated share of a layer's records, seen or still to come, that run on pairs already seen.

    C = 1 - f1/n ((n - 1) f1 / ((n - 1) f1 + 2 f2)), where n records lie on some pairs, f1 of them hold one record
    and f2 two.

    Args:
        counts: Records of each pair that has any, whole numbers from 1.

    Returns:
        0 where each record opens a pair of its own, 1 where no pair has only one record; NaN below N_MIN records.

    Raises:
        ContractError: a count is unknown or below 1.

    Source: Chao and Jost 2012, Ecology 93(12); Good 1953.
    """
    seen = np.asarray(counts, dtype=np.float64)
    if not (seen >= 1).all():
        raise ContractError(
            "Table flows: column record_count holds an unknown or a count below 1; leave such rows out."
        )
    total, once, twice = seen.sum(), float((seen == 1).sum()), float((seen == 2).sum())
    if total < N_MIN:
        return float("nan")
    if once == 0:
        return 1.0
    return float(1 - once / total * ((total - 1) * once / ((total - 1) * once + 2 * twice)))


def by_layer(flows: pd.DataFrame) -> pd.DataFrame:
    """Return the coverage of each layer's directed pairs.

    Args:
        flows: One row per (layer, origin, destination): ``layer, record_count, record_count_high`` (higher where the
            publisher printed a range).

    Returns:
        Indexed by layer: ``pair_count, record_count, once_count, twice_count, coverage_low, coverage_high`` (of the
        lower and the upper ends of printed ranges, the smaller first; equal where nothing is a range), ``reason``
        (why there is none, else "").

    Raises:
        ContractError: a column is missing, or a count is unknown or below 1.
    """
    for name in ("layer", *COUNTS):
        if name not in flows:
            raise ContractError(f"Table flows: column {name} is missing; expected layer, {', '.join(COUNTS)}.")
    rows = {str(layer): _row(mine) for layer, mine in flows.groupby("layer")}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS)).rename_axis("layer")


def _row(flows: pd.DataFrame) -> list[object]:
    counts = flows["record_count"].to_numpy(np.float64, na_value=np.nan)
    ends = sorted(chao_jost(flows[name].to_numpy(np.float64, na_value=np.nan)) for name in COUNTS)
    why = "" if counts.sum() >= N_MIN else f"not enough data: fewer than {N_MIN:g} records"
    return [len(flows), int(counts.sum()), int((counts == 1).sum()), int((counts == 2).sum()), *ends, why]
