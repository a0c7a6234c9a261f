"""A view made by hand: sixty flows of three layers, both ways between every pair, one across the Pacific."""

from datetime import date

import pandas as pd

from dashboard.filters import Filters
from dashboard.view import Explore

PLACES = {
    "city:MNL": ("Manila", 120.98, 14.6, "place"),
    "city:LAX": ("Los Angeles", -118.24, 34.05, "place"),
    "city:HOU": ("Houston", -95.37, 29.76, "place"),
    "city:GDL": ("Guadalajara", -103.35, 20.66, "place"),
    "US-TX": ("Texas", -99.3, 31.4, "admin1"),
    "MEX": ("Mexico", -102.5, 23.9, "country"),
    "city:ATH": ("Athens", 23.73, 37.98, "place"),
    "city:BEN": ("Benghazi", 20.07, 32.12, "place"),
    "city:SUV": ("Suva", 178.44, -18.14, "place"),
    "city:AKL": ("Auckland", 174.76, -36.85, "place"),
}
PAIRS = (
    ("city:MNL", "city:LAX"),
    ("city:HOU", "city:GDL"),
    ("US-TX", "MEX"),
    ("city:ATH", "city:BEN"),
    ("city:SUV", "city:AKL"),
    ("city:HOU", "city:LAX"),
    ("city:GDL", "MEX"),
    ("city:ATH", "city:MNL"),
    ("city:AKL", "city:LAX"),
    ("city:BEN", "US-TX"),
)
LAYERS = ("drugs", "firearms", "human_trafficking")
SHOWN_COUNT = 54  # of 60: the smallest two of each layer are not drawn


def corridor_id(one: str, other: str) -> str:
    """Return the id of the corridor between two places, the same both ways."""
    return "~".join(sorted((one, other)))


def flow(layer: str, origin: str, destination: str, count: int) -> dict[str, object]:
    """Return one flow."""
    row: dict[str, object] = {"layer": layer, "origin_id": origin, "destination_id": destination}
    for end, place in (("origin", origin), ("destination", destination)):
        name, lon, lat, level = PLACES[place]
        row |= {end: name, f"{end}_lon": lon, f"{end}_lat": lat, f"{end}_level": level}
    return row | {
        "record_count": count,
        "record_count_high": count,
        "item_count": None,
        "intended_share": 0.8 if (origin, destination) == ("US-TX", "MEX") else 0.0,
        "first_on": date(2018, 1, 1),
        "last_on": date(2024, 12, 31),
        "sources": "made by hand",
        "corridor_id": corridor_id(origin, destination),
        "is_coarse": "country" in (PLACES[origin][3], PLACES[destination][3]),
        "is_shown": True,
    }


def flows() -> pd.DataFrame:
    """Return sixty flows: ten pairs, three layers, two ways; 10, 20, ... 200 records."""
    rows = []
    for layer in LAYERS:
        both = [ends for a, b in PAIRS for ends in ((a, b), (b, a))]
        rows += [flow(layer, *ends, count=10 * (len(both) - rank)) for rank, ends in enumerate(both)]
    frame = pd.DataFrame(rows)
    frame["is_shown"] = frame.groupby("layer").cumcount() < SHOWN_COUNT // len(LAYERS)
    return frame


def corridors() -> pd.DataFrame:
    """Return one row per corridor and other layer; the first is inverse for drugs, the second common."""
    named = {0: "inverse", 1: "common", 2: "mixed", 3: "crossing"}
    rows = []
    for rank, (origin, destination) in enumerate(PAIRS):
        for layer in ("drugs", "human_trafficking"):
            relation = named.get(rank, "insufficient") if layer == "drugs" else "insufficient"
            share = float("nan") if relation == "insufficient" else 0.97
            rows.append(
                {
                    "corridor_id": corridor_id(origin, destination),
                    "origin_id": origin,
                    "destination_id": destination,
                    "origin": PLACES[origin][0],
                    "destination": PLACES[destination][0],
                    "layer": layer,
                    "relation": relation,
                    "p_common": 1 - share,
                    "p_inverse": share,
                    "d": -share,
                    "firearms_with": 200 - 20 * rank,
                    "firearms_against": 190 - 20 * rank,
                    "other_with": 200 - 20 * rank,
                    "other_against": 190 - 20 * rank,
                    "firearms_n": 390.0,
                    "other_n": 390.0,
                    "firearms_coverage": 500,
                    "other_coverage": 500,
                    "length_km": 1000.0,
                    "confidence": 0.8,
                    "is_coarse": False,
                    "is_shown": True,
                }
            )
    return pd.DataFrame(rows)


WAYS = {  # of two pairs; the others are drawn as curves, two of them for want of a way
    ("city:GDL", "city:HOU"): ("road", [(-103.35, 20.66), (-100.3, 25.7), (-99.5, 27.5), (-95.37, 29.76)]),
    ("city:AKL", "city:SUV"): ("sea", [(174.76, -36.85), (179.5, -30.0), (-179.0, -22.0), (178.44, -18.14)]),
}


def routes() -> pd.DataFrame:
    """Return the ways of two pairs."""
    rows = [("~".join(ends), network, 1500.0, 0.65) for ends, (network, _) in WAYS.items()]
    return pd.DataFrame(rows, columns=["corridor_id", "network", "length_km", "confidence"])


def lines() -> pd.DataFrame:
    """Return their points."""
    rows = [("~".join(ends), *point) for ends, (_, points) in WAYS.items() for point in points]
    return pd.DataFrame(rows, columns=["corridor_id", "lon", "lat"])


def incidents() -> pd.DataFrame:
    """Return two cells and one country of terrorism."""
    columns = ["layer", "precision", "country_id", "place", "lon", "lat", "incident_count", "killed_count"]
    rows = [
        ("terrorism", "cell", None, "", 44.4, 33.3, 40, 12),
        ("terrorism", "cell", None, "", 36.8, -1.3, 1, None),
        ("terrorism", "country", "MLI", "Mali", -1.5, 17.3, 9, 3),
    ]
    return pd.DataFrame(rows, columns=columns)


def totals() -> pd.DataFrame:
    """Return the records of every layer: 20 flows with 2,100 records each, and 50 incidents."""
    rows = [(layer, 2500, 2100, 20) for layer in LAYERS] + [("terrorism", 50, 0, 0)]
    return pd.DataFrame(rows, columns=["layer", "record_count", "flow_record_count", "flow_count"])


def explore() -> Explore:
    """Return the whole view."""
    omega = [("drugs", 0.3, 0.22, 0.41, 0.37, 900.0), ("human_trafficking", None, None, None, None, None)]
    shares = ["layer", "omega", "common_share", "inverse_share", "mixed_share", "shared_km"]
    return Explore(
        release_id="r1",
        is_synthetic=True,
        marking="TLP:CLEAR",
        filters=Filters(),
        totals=totals(),
        flows=flows(),
        corridors=corridors(),
        incidents=incidents(),
        omega=pd.DataFrame(omega, columns=shares),
        sources=pd.DataFrame(),
        routes=routes(),
        lines=lines(),
    )
