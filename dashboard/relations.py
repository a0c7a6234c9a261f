"""Layers laid over one another: geo's comparison in the words and the order a reader meets it."""

import numpy as np
import pandas as pd

from dashboard import view, words
from geo import compare, flowfield
from geo.compare import Comparison
from geo.flowfield import Network
from geo.system import LayersTest

ANCHOR = "firearms"  # the layer every other layer is laid over
SIDES, WAYS = ("a", "b"), ("with", "against")
READER_NAMES = {
    "id": "corridor_id",
    "label": "relation",
    "P_common": "p_common",
    "P_inverse": "p_inverse",
    "D": "d",
    "a_with": "firearms_with",
    "a_against": "firearms_against",
    "b_with": "other_with",
    "b_against": "other_against",
    "a_n": "firearms_n",
    "b_n": "other_n",
}
MEASURES = ("layer", "omega", "common_share", "inverse_share", "mixed_share", "shared_km")


def compared(net: Network, places: pd.DataFrame, a: pd.DataFrame, b: pd.DataFrame) -> tuple[Comparison, pd.DataFrame]:
    """Return the comparison of two layers' flows, and its corridors as rows, the best supported first.

    Args:
        net: The release's network.
        places: The release's places by place_id.
        a: Flows of one layer: ``origin_id, destination_id, record_count, weight, is_coarse``.
        b: The same of the other.

    Returns:
        The corridors have ``id, origin_id, destination_id, origin, destination, label, P_common, P_inverse, D,
        length_km, shared_share``; the pair's own records ``a_with, a_against, b_with, b_against`` (with is origin
        to destination, the way of a's larger flow); and ``a_n, b_n``, the weighted records along the corridor.
    """
    result = compare.compare(net, a, b)
    found = result.corridors
    own = _own_records(net, found, (a, b))
    is_turned = np.where(own[:, 0] != own[:, 1], own[:, 1] > own[:, 0], own[:, 3] > own[:, 2])
    table = pd.DataFrame({"id": found["place_a"] + "~" + found["place_b"]})
    for end, (plain, turned) in {"origin": ("place_a", "place_b"), "destination": ("place_b", "place_a")}.items():
        table[f"{end}_id"] = np.where(is_turned, found[turned], found[plain])
        table[end] = places["name"].reindex(table[f"{end}_id"]).to_numpy()
    table = table.join(found[["label", "P_common", "P_inverse", "D", "length_km", "shared_share"]])
    columns = [f"{side}_{way}" for side in SIDES for way in WAYS]
    table[columns] = np.where(is_turned[:, None], own[:, [1, 0, 3, 2]], own)
    for side in SIDES:
        table[f"{side}_n"] = found[f"{side}_onward"] + found[f"{side}_back"]
    return result, _strongest_first(table)


def to_firearms(net: Network, places: pd.DataFrame, flows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return ``corridors`` (without is_shown) and ``omega`` of view.Explore: firearms against each other layer."""
    anchors = flows[flows["layer"] == ANCHOR]
    tables, measures = [], []
    for layer in [name for name in flows["layer"].unique() if name != ANCHOR and len(anchors)]:
        result, table = compared(net, places, anchors, flows[flows["layer"] == layer])
        tables.append(table[table["a_with"] + table["a_against"] > 0].assign(layer=layer))
        shares = {f"{name}_share": share for name, share in result.shares.items()}
        measures.append({"layer": layer, "omega": result.omega, "shared_km": result.shared_km, **shares})
    columns = [*READER_NAMES, "origin_id", "destination_id", "origin", "destination", "length_km", "layer"]
    corridors = _strongest_first(pd.concat(tables, ignore_index=True)) if tables else pd.DataFrame(columns=columns)
    corridors = corridors.rename(columns=READER_NAMES)
    corridors = corridors.assign(relation=corridors["relation"].astype("str").str.lower())
    return corridors, pd.DataFrame(measures, columns=list(MEASURES))


def explained(tested: LayersTest | None) -> str:
    """Return what the null model leaves of two layers' overall direction, as half a sentence."""
    if tested is None:
        return "not tested: one layer is known by country, the other by place"
    if "omega" not in tested.system.full_margin:
        return f"not tested: {words.number(tested.place_count)} places are too many, choose a region"
    full_margin, polarity = (rung["omega"].p for rung in (tested.system.full_margin, tested.system.polarity))
    return words.explained(full_margin, polarity)


def is_shown(flows: pd.DataFrame, corridors: pd.DataFrame, top: int) -> pd.Series:
    """Return which flows are drawn: the largest of each layer, and all on the best-supported corridors with a word.

    Args:
        flows: ``layer, corridor_id``, largest first within its layer.
        corridors: As to_firearms returns them.
        top: How many flows a layer, and how many corridors called common or inverse.
    """
    named = corridors.loc[corridors["relation"].isin(["common", "inverse"]), "corridor_id"].drop_duplicates().head(top)
    return (flows.groupby("layer").cumcount() < top) | flows["corridor_id"].isin(named)


def _own_records(net: Network, corridors: pd.DataFrame, layers: tuple[pd.DataFrame, ...]) -> np.ndarray:
    """Return the pair's own records of each layer, from place_a to place_b and back, as columns."""
    rows = net.pairs.reindex(pd.MultiIndex.from_frame(corridors[["place_a", "place_b"]])).to_numpy(np.int64)
    counts = [way[rows] for layer in layers for way in flowfield.along(net, layer, "record_count")]
    return np.column_stack(counts).astype(np.int64)


def _strongest_first(corridors: pd.DataFrame) -> pd.DataFrame:
    """Return the corridors with a word in front of those without, the likelier and the better documented first."""
    rank = corridors["label"].str.lower().map({name: max(at, 1) for at, name in enumerate(view.RELATIONS)})
    likelier = corridors[["P_common", "P_inverse"]].max(axis=1).fillna(-1)
    volume = corridors[["a_n", "b_n"]].min(axis=1)
    order = np.lexsort([corridors["id"], -volume, -likelier, rank])
    return corridors.iloc[order].reset_index(drop=True)
