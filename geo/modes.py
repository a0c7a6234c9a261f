"""What a leg travelled on: as stated, or, where nothing is stated, shared out as in the layer's stated records.

Routing follows the mode and never the cheapest mixture of modes: sea kilometres are cheap, and a free choice sends
overland trade round by sea (geo/README.md, "From legs to routes").
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from data.contracts import NETWORKS
from geo.distance import Array
from geo.flowfield import PATH_KEY, keyed

BAND_EDGES_KM = (0.0, 500.0, 1_500.0, 4_000.0, np.inf)  # chosen 2026-11: a day's drive, a week's, an ocean
# transport stated in UNODC's Individual Drug Seizures, by record: 19,337 by land, 1,021 by sea, 20,061 by air and mail
BASE_SHARES = {"road": 0.478, "sea": 0.025, "air": 0.497}
BASE_RECORDS = 20.0  # stated records the base counts as, in each layer, band and landmass; chosen 2026-11
SHARE_MIN = 0.05  # a network that is rarer is left out: its paths would cost more than they say; chosen 2026-11


def network_shares(stated: pd.DataFrame, layers: list[str]) -> pd.DataFrame:
    """Return the table ``network_shares``: a network's share by layer, distance and landmass.

    The shares are those of the layer's own records, with BASE_RECORDS records of all layers together added, and to
    those as many of BASE_SHARES. On two landmasses nothing goes by road. Shares below SHARE_MIN become 0.

    Args:
        stated: ``layer, network, distance_km, is_same_landmass, record_count`` of legs whose transport is stated.
        layers: Layers that need shares, whether or not they state any transport.
    """
    banded = stated.assign(band=distance_band(stated["distance_km"].to_numpy(np.float64)))
    keys = ["layer", "band", "is_same_landmass", "network"]
    counts = banded.groupby(keys, observed=True)["record_count"].sum()
    grid = pd.MultiIndex.from_product([layers, range(len(BAND_EDGES_KM) - 1), [False, True], NETWORKS], names=keys)
    own = counts.reindex(grid, fill_value=0.0).astype(np.float64)
    possible = pd.Series([_is_possible(*key[2:]) for key in grid], grid, dtype=np.float64)
    base = pd.Series([BASE_SHARES[key[3]] for key in grid], grid, dtype=np.float64) * possible
    pooled = own.groupby(keys[1:]).transform("sum") * possible
    shares = _normalised(own * possible + BASE_RECORDS * _normalised(pooled + BASE_RECORDS * _normalised(base)))
    shares = _normalised(shares.where(shares >= SHARE_MIN, 0.0))
    return pd.DataFrame({"share": shares, "record_count": own}).reset_index()


def distance_band(distance_km: Array) -> np.ndarray:
    """Return the number of each distance's band, left-closed."""
    return np.searchsorted(BAND_EDGES_KM, distance_km, side="right") - 1


class Travel(NamedTuple):
    """What legs of a release may have travelled on, whatever a reader chooses: worked out once.

    Attributes:
        built: PATH_KEY of the paths there are.
        offers: As ``offers`` returns them.
    """

    built: pd.MultiIndex
    offers: pd.DataFrame


def travel(shares: pd.DataFrame, paths: pd.DataFrame) -> Travel:
    """Return what ``by_network`` needs of the tables ``network_shares`` and ``paths``."""
    built = paths[paths["refused"].isna()]
    return Travel(pd.MultiIndex.from_frame(built[PATH_KEY]), offers(shares, built))


def by_network(parts: pd.DataFrame, known: Travel) -> pd.DataFrame:
    """Return flows with a network each: stated ones as they are, the others shared out over the paths there are.

    Args:
        parts: ``layer, origin_id, destination_id, network`` (null where unstated) and any other columns.
        known: As ``travel`` returns it; a stated network that joins no path between the two places is taken as
            unstated.

    Returns:
        The columns of ``parts`` and ``share`` in (0, 1], by which every number of the row is to be multiplied;
        shares of an unstated row sum to 1. Rows without any path are left out.
    """
    parts = keyed(parts)
    has_path = pd.MultiIndex.from_frame(parts[PATH_KEY]).isin(known.built)
    stated = parts[has_path].assign(share=1.0)
    spread = parts[~has_path].drop(columns="network").merge(known.offers, on=["layer", "place_a", "place_b"])
    return pd.concat([stated, spread], ignore_index=True).drop(columns=["place_a", "place_b", "is_onward"])


def wanted_paths(pairs: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """Return the (place_a, place_b, network) a release needs paths for.

    Args:
        pairs: ``layer, place_a, place_b, network`` (null where unstated), ``distance_km, is_same_landmass``.
        shares: Table ``network_shares``.
    """
    is_open = pairs["network"].isna() | ((pairs["network"] == "road") & ~pairs["is_same_landmass"])
    band = distance_band(pairs["distance_km"].to_numpy(np.float64))
    keys = ["layer", "band", "is_same_landmass"]
    offered = pairs.assign(band=band)[is_open].drop(columns="network").merge(shares[shares["share"] > 0], on=keys)
    wanted = pd.concat([pairs.loc[~is_open, PATH_KEY], offered[PATH_KEY]])
    return wanted.drop_duplicates().sort_values(PATH_KEY, ignore_index=True)


def offers(shares: pd.DataFrame, built: pd.DataFrame) -> pd.DataFrame:
    """Return what a layer's records take between two places: ``layer, place_a, place_b, network, share``.

    Args:
        shares: Table ``network_shares``.
        built: The paths there are, as in table ``paths``; shares sum to 1 over those of a pair.
    """
    banded = built.assign(band=distance_band(built["distance_km"].to_numpy(np.float64)))
    found = banded.merge(shares[shares["share"] > 0], on=["band", "is_same_landmass", "network"])
    total = found.groupby(["layer", "place_a", "place_b"])["share"].transform("sum")
    return found.assign(share=found["share"] / total)[["layer", *PATH_KEY, "share"]]


def _is_possible(is_same_landmass: bool, network: str) -> bool:
    return is_same_landmass or network != "road"


def _normalised(values: pd.Series) -> pd.Series:
    total = values.groupby(level=["layer", "band", "is_same_landmass"]).transform("sum")
    return (values / total.where(total > 0)).fillna(0.0)
