"""Small counts in what leaves: withheld, with every column they could be read off. Pure."""

import numpy as np
import pandas as pd
from h3.api import basic_int as h3

from dashboard.relations import ANCHOR
from data.disclosure import VICTIM_LAYERS, is_small

STATUS = "count_status"
PUBLISHED, WITHHELD = "published", "suppressed"
TOLD_BY_FLOWS = (  # two sources are two records at least; equal first and last days are mostly one
    "record_count",
    "record_count_high",
    "item_count",
    "weight",
    "intended_share",
    "first_on",
    "last_on",
    "sources",
    "flow_confidence",
)
TOLD_BY_INCIDENTS = ("incident_count", "killed_count")
TOLD_BY_PAIRS = ("statistic", "expected")
ENDS = ("origin_id", "destination_id")
SIDES = ("firearms", "other")
WAYS = {"with": ENDS, "against": ENDS[::-1]}


def flows(found: pd.DataFrame, k_victims: int) -> pd.DataFrame:
    """Return flows with STATUS, small counts missing.

    Args:
        found: As view.Explore.flows.
        k_victims: The release's limit of layers about victims.
    """
    small = is_small(found["record_count"], found["layer"], k_victims)
    people = is_small(found["item_count"].fillna(0), found["layer"], k_victims)
    victims = people & found["layer"].isin(VICTIM_LAYERS)
    return _marked(found, {name: small | victims for name in TOLD_BY_FLOWS})


def incidents(found: pd.DataFrame, k_victims: int) -> pd.DataFrame:
    """Return incidents by cell with STATUS, small counts missing; their place is then the middle of the cell.

    Args:
        found: As view.Explore.incidents.
        k_victims: The release's limit of layers about victims.
    """
    small = is_small(found["incident_count"], found["layer"], k_victims)
    told = _marked(found, dict.fromkeys(TOLD_BY_INCIDENTS, small))
    hidden = told.index[small & told["cell"].notna()]
    middle = [h3.cell_to_latlng(int(cell)) for cell in told.loc[hidden, "cell"]]
    told.loc[hidden, ["lat", "lon"]] = np.array(middle).reshape(-1, 2)
    return told


def corridors(found: pd.DataFrame, told: pd.DataFrame, k_victims: int, cells: pd.DataFrame) -> pd.DataFrame:
    """Return corridors with STATUS, small counts missing, and no 0 where the release withholds what there is.

    A pair's weighted records go with its own counts. The records that begin or end in either place are those of
    published flows: else the flows' table, subtracted from them, would tell what is withheld.

    Args:
        found: As view.Explore.corridors, with relations.JUDGED.
        told: What ``flows`` returns.
        k_victims: The release's limit of layers about victims.
        cells: As view.Explore.withheld.
    """
    blank: dict[str, pd.Series] = {}
    covered: dict[str, pd.Series] = {}
    pair = pd.Series(False, found.index)
    for side, layers in zip(SIDES, (pd.Series(ANCHOR, found.index), found["layer"]), strict=True):
        ways = {f"{side}_{way}": is_small(found[f"{side}_{way}"], layers, k_victims) for way in WAYS}
        small = pd.concat([*ways.values(), is_small(found[f"{side}_n"], layers, k_victims)], axis=1).any(axis=1)
        coverage = covered[f"{side}_coverage"] = _coverage(found.assign(layer=layers), told)
        for way, ends in WAYS.items():
            is_nothing = found[f"{side}_{way}"] == 0
            ways[f"{side}_{way}"] |= is_nothing & _is_withheld(found.assign(layer=layers), ends, cells)
        blank |= ways | {f"{side}_n": small, f"{side}_coverage": is_small(coverage, layers, k_victims)}
        pair |= small
    return _marked(found.assign(**covered), blank | dict.fromkeys(TOLD_BY_PAIRS, pair))


def _is_withheld(found: pd.DataFrame, ends: tuple[str, ...], cells: pd.DataFrame) -> pd.Series:
    """Return whether the release withholds a cell of the layer from the first end to the second."""
    if cells.empty:
        return pd.Series(False, found.index)
    hidden = pd.MultiIndex.from_frame(cells[["layer", *ENDS]])
    return pd.Series(pd.MultiIndex.from_frame(found[["layer", *ends]]).isin(hidden), found.index)


def _coverage(found: pd.DataFrame, told: pd.DataFrame) -> pd.Series:
    """Return the records of published flows of each corridor's layer that begin or end in either of its places."""
    seen = told[told[STATUS] == PUBLISHED]
    ends = [seen.groupby(["layer", end])["record_count"].sum().rename_axis(["layer", "place"]) for end in ENDS]
    touching = ends[0].add(ends[1], fill_value=0)
    own = seen.groupby(["layer", "corridor_id"])["record_count"].sum()
    sums = [_looked_up(touching, found, end) for end in ENDS]
    return sums[0] + sums[1] - _looked_up(own, found, "corridor_id")


def _looked_up(sums: pd.Series, found: pd.DataFrame, name: str) -> pd.Series:
    keys = pd.MultiIndex.from_frame(found[["layer", name]])
    return pd.Series(sums.reindex(keys).fillna(0).to_numpy(), found.index).astype("int64")


def _marked(found: pd.DataFrame, blank: dict[str, pd.Series]) -> pd.DataFrame:
    any_blank = pd.DataFrame({name: mask.astype(bool) for name, mask in blank.items()}).any(axis=1)
    status = pd.Series(PUBLISHED, found.index, dtype="str").mask(any_blank, WITHHELD)
    changed = {name: _nullable(found[name]).mask(mask.astype(bool)) for name, mask in blank.items()}
    return found.assign(**changed, **{STATUS: status})


def _nullable(values: pd.Series) -> pd.Series:
    return values.astype("Int64") if pd.api.types.is_integer_dtype(values) else values
