"""How surprising each corridor is: bundles of the first layer tested against the null model, painted on corridors.

Flows known by country and flows known by place are tested each among their like, and all tests are counted together.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from geo.discovery import q_values
from geo.distance import Array
from geo.nullmodel import od_matrix
from geo.significance import BundleSettings, bundle_tests, painted
from geo.system import distances_km

RUNGS = {"p": "q", "p_polarity": "q_polarity"}
SURPRISE_COLUMNS = ("q_full_margin", "q_polarity", "statistic", "expected")


@dataclass(frozen=True)
class _Level:
    """The tests of one level: rows of bundle_tests, and the places and distances their numbers mean."""

    is_coarse: bool
    found: pd.DataFrame
    place_ids: list[str]
    distance_km: Array


def surprise(
    places: pd.DataFrame, both: tuple[pd.DataFrame, pd.DataFrame], corridors: pd.DataFrame, draw_count: int, seed: int
) -> pd.DataFrame:
    """Return what the null model says of each corridor, for the likelier of its two words.

    Args:
        places: ``lon, lat`` in degrees by place_id.
        both: Flows of both layers: ``origin_id, destination_id, weight, is_coarse``; licit legs left out.
        corridors: ``origin_id, destination_id, is_coarse, P_common, P_inverse`` and the first layer's records in that
            order, ``a_onward``, and back, ``a_back``.
        draw_count: Drawn worlds per rung; 0 tests nothing.
        seed: Decides every draw.

    Returns:
        One row per corridor, with its index: ``q_full_margin, q_polarity`` (Benjamini-Hochberg over the bundles of
        both levels and both words), ``statistic`` (the second layer's records between the surroundings of both ends,
        in the word's direction) and ``expected`` (their mean in drawn worlds); NaN where no tested bundle covers the
        corridor.
    """
    levels = [level for is_coarse in (False, True) if (level := _tested(places, both, is_coarse, draw_count, seed))]
    result = pd.DataFrame(np.nan, corridors.index, list(SURPRISE_COLUMNS))
    for level in _discovered(levels):
        mine = corridors[corridors["is_coarse"] == level.is_coarse]
        result.loc[mine.index] = _of_corridors(level, mine).to_numpy()
    return result


def _tested(
    places: pd.DataFrame, both: tuple[pd.DataFrame, pd.DataFrame], is_coarse: bool, draw_count: int, seed: int
) -> _Level | None:
    a, b = (flows[flows["is_coarse"] == is_coarse] for flows in both)
    if not (draw_count and len(a) and len(b)):
        return None
    ids = sorted({*a["origin_id"], *a["destination_id"], *b["origin_id"], *b["destination_id"]})
    distance_km = distances_km(places.loc[ids])
    matrices = [od_matrix(layer, ids) for layer in (a, b)]
    found = bundle_tests(matrices[0], matrices[1], distance_km, seed, BundleSettings(draw_count=draw_count))
    return _Level(is_coarse, found, ids, distance_km)


def _discovered(levels: list[_Level]) -> list[_Level]:
    """Return the levels with q counted over all of their tests together."""
    levels = [level for level in levels if len(level.found)]
    if not levels:
        return []
    whole = pd.concat([level.found for level in levels], ignore_index=True)
    for p, q in RUNGS.items():
        whole[q] = q_values(whole[p].to_numpy(np.float64))
    ends = np.cumsum([0, *(len(level.found) for level in levels)])
    return [replace(level, found=whole.iloc[ends[at] : ends[at + 1]]) for at, level in enumerate(levels)]


def _of_corridors(level: _Level, corridors: pd.DataFrame) -> pd.DataFrame:
    marks = painted(level.found, corridors, level.place_ids, level.distance_km)
    is_inverse = (corridors["P_inverse"] > corridors["P_common"]).to_numpy()
    row = 2 * marks["bundle"].to_numpy(np.float64, na_value=np.nan) + is_inverse  # a bundle's rows: common, inverse
    has_word = corridors["P_common"].notna().to_numpy() & np.isfinite(row)
    found = level.found.reset_index(drop=True).reindex(np.where(has_word, row, -1).astype(np.int64))
    return found[["q", "q_polarity", "statistic", "expected"]]
