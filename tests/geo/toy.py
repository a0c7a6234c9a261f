"""Small worlds that tests can reckon by hand."""

import pandas as pd

from geo import flowfield
from geo.flowfield import Network
from geo.paths import paths_between

# a straight line of places along the equator, ten degrees (1,113 km) apart, and a line across it
PLACES = {
    "A": (0.0, 0.0),
    "B": (10.0, 0.0),
    "C": (20.0, 0.0),
    "D": (30.0, 0.0),
    "N": (10.3, 12.0),
    "S": (10.3, -12.0),
}


def pairs(*names: str, places: dict[str, tuple[float, float]] = PLACES) -> pd.DataFrame:
    """Return the pairs ``"AB"`` as paths_between takes them."""
    rows = [(*sorted(name), *places[min(name)], *places[max(name)]) for name in names]
    return pd.DataFrame(rows, columns=["place_a", "place_b", "lon_a", "lat_a", "lon_b", "lat_b"])


def net(*names: str, places: dict[str, tuple[float, float]] = PLACES) -> Network:
    """Return the network of the pairs."""
    return flowfield.network(*paths_between(pairs(*names, places=places)))


def flows(**weights: float) -> pd.DataFrame:
    """Return flows: ``flows(AB=40)`` is forty records from A to B."""
    return pd.DataFrame(
        {
            "origin_id": [name[0] for name in weights],
            "destination_id": [name[1] for name in weights],
            "network": "air",
            "weight": [float(weight) for weight in weights.values()],
            "is_coarse": False,
        }
    )


def reversed_flows(forward: pd.DataFrame) -> pd.DataFrame:
    """Return the same flows, every one turned round."""
    return forward.rename(columns={"origin_id": "destination_id", "destination_id": "origin_id"})
