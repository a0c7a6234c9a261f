"""Places and borders by what runs through them: in, out, partners, crossings, and where layers converge."""

import numpy as np
import pandas as pd

from geo.distance import Array
from geo.flowfield import PATH_KEY, balance, keyed

HUB_COLUMNS = ("layer", "place_id", "out_weight", "in_weight", "out_partners", "in_partners", "net_share")


def hubs(flows: pd.DataFrame) -> pd.DataFrame:
    """Return what each place sends and receives, by layer.

    Args:
        flows: ``layer, origin_id, destination_id, weight``, one row per pair or finer.

    Returns:
        One row per (layer, place_id): weighted records out and in, numbers of places sent to and received from, and
        ``net_share`` = (out - in) / (out + in): 1 only sends, -1 only receives, NaN where the weights are 0.
    """
    ends = (("out", "origin_id", "destination_id"), ("in", "destination_id", "origin_id"))
    parts = []
    for way, here, there in ends:
        grouped = flows.rename(columns={here: "place_id"}).groupby(["layer", "place_id"])
        parts.append(grouped.agg(**{f"{way}_weight": ("weight", "sum"), f"{way}_partners": (there, "nunique")}))
    table = parts[0].join(parts[1], how="outer").fillna(0).reset_index()
    whole = (table["out_weight"] + table["in_weight"]).where(lambda total: total > 0)
    table["net_share"] = (table["out_weight"] - table["in_weight"]) / whole
    return table.astype({"out_partners": "int64", "in_partners": "int64"})[list(HUB_COLUMNS)]


def borders(crossings: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Return the expected records over each land border, by layer and direction.

    Args:
        crossings: Table ``path_borders``; only journeys by road are in it, for nothing else crosses a land border.
        flows: ``layer, origin_id, destination_id, network, weight``, one row per pair and network or finer.

    Returns:
        One row per (layer, country_a, country_b), country_a < country_b, with records: ``onward`` from a to b,
        ``back`` from b to a. Routes that may take several crossings count with their probability at each.
    """
    met = keyed(flows).merge(crossings, on=PATH_KEY)
    records = met["weight"] * met["probability"]
    is_ab = met["is_onward"] == (met["from_country"] < met["to_country"])
    ends = met[["from_country", "to_country"]]
    told = met[["layer"]].assign(country_a=ends.min(axis=1), country_b=ends.max(axis=1))
    told = told.assign(onward=records.where(is_ab, 0.0), back=records.where(~is_ab, 0.0))
    whole = told.groupby(["layer", "country_a", "country_b"], as_index=False).sum()
    return whole[whole["onward"] + whole["back"] > 0].reset_index(drop=True)


def convergence(a: tuple[Array, Array], b: tuple[Array, Array]) -> tuple[Array, Array]:
    """Return how strongly two layers meet at each place or border, and whether they run the same way there.

    Args:
        a: One layer's records one way and the other, an entry per place or border.
        b: The same of the other layer.

    Returns:
        The score sqrt(T_a T_b), the geometric mean of the two layers' records, and D = rho_a rho_b in [-1, 1].
    """
    return np.sqrt((a[0] + a[1]) * (b[0] + b[1])), balance(*a) * balance(*b)
