"""The stage of the synthetic world: real places, and drawn hubs, enforcement and start of reporting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.sample_plan import CORRIDORS

Whole = npt.NDArray[np.int64]
Number = npt.NDArray[np.float64]
Flag = npt.NDArray[np.bool_]
Words = npt.NDArray[np.object_]
Days = npt.NDArray[np.datetime64]

REFERENCE = Path(__file__).parent / "reference"
CITIES_FILE = REFERENCE / "cities.csv"
COUNTRIES_FILE = REFERENCE / "countries.csv"

NONE = -1
UNKNOWN = "Unknown"

FIRST_DAY = np.datetime64("2015-01-01")
LAST_DAY = np.datetime64("2024-12-31")
DAY = np.timedelta64(1, "D")
EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG

# Shape of the world; chosen by eye, 2026-11, unless stated.
QUIET_KM = 160.0  # no background along a crossing decoy, else it would fill both its roads
STOPOVER_COUNT, MAX_DETOUR = 3, 1.3
STRICT_SHARE, STRICT_FACTOR = 0.12, 5.0  # places that intercept five times more
VAGUENESS_SHAPE = 0.3  # a few countries publish most of the coarse places
START_YEARS, START_SHARES = np.arange(2015, 2020), np.array([0.6, 0.1, 0.1, 0.1, 0.1])


@dataclass(frozen=True)
class Geography:
    """Cities, their countries and what can be derived from them; places are numbered cities first.

    ``is_quiet`` is per pair of places: the way between them runs along a crossing decoy. ``strictness`` is per city;
    ``strength``, ``vagueness`` (odds that only the country is told) and ``start_day`` (of reporting) are per country.
    """

    places: pd.DataFrame
    country: Whole
    distance_km: Number
    stopovers: Whole
    hub: Number
    is_quiet: Flag
    strictness: Number
    strength: Number
    vagueness: Number
    start_day: Days

    @property
    def city_count(self) -> int:
        """Number of cities; a place with this number or above is a country."""
        return len(self.country)

    def number(self, place_id: str) -> int:
        """Return the number of a place."""
        return int(np.flatnonzero(self.places["place_id"].to_numpy() == place_id)[0])


def geography(rng: np.random.Generator) -> Geography:
    """Return the stage: real places with drawn hubs, enforcement and start of reporting."""
    cities = pd.read_csv(CITIES_FILE, keep_default_na=False)
    countries = pd.read_csv(COUNTRIES_FILE, keep_default_na=False).set_index("iso3")
    iso3 = np.array(sorted(set(cities["country_id"])))
    places = _places(cities, countries.loc[iso3].reset_index())
    points = _unit_vectors(cities["lon"].to_numpy(), cities["lat"].to_numpy())
    distance_km = _arc_km(points, points)
    hub = rng.normal(size=len(cities))
    return Geography(
        places=places,
        country=np.searchsorted(iso3, cities["country_id"].to_numpy(dtype=iso3.dtype)).astype(np.int64),
        distance_km=distance_km,
        stopovers=_stopovers(distance_km, hub),
        hub=hub,
        is_quiet=_runs_along(places),
        strictness=np.where(rng.random(len(cities)) < STRICT_SHARE, STRICT_FACTOR, 1.0),
        strength=rng.uniform(0.25, 1.0, len(iso3)),
        vagueness=rng.gamma(VAGUENESS_SHAPE, size=len(iso3)),
        start_day=_first_of(rng.choice(START_YEARS, len(iso3), p=START_SHARES)),
    )


def _first_of(year: Whole) -> Days:
    return (year - 1970).astype("datetime64[Y]").astype("datetime64[D]")


def _places(cities: pd.DataFrame, countries: pd.DataFrame) -> pd.DataFrame:
    below = cities.assign(level="place", parent_id=cities["country_id"])
    above = countries.rename(columns={"iso3": "place_id"})
    above = above.assign(level="country", country_id=above["place_id"], parent_id=None)
    columns = ["place_id", "name", "level", "country_id", "parent_id", "region", "subregion", "lon", "lat"]
    return pd.concat(
        [below[columns], above[columns].astype({"parent_id": below["parent_id"].dtype})], ignore_index=True
    )


def _decoys(places: pd.DataFrame) -> list[tuple[int, int]]:
    number = pd.Series(range(len(places)), index=places["place_id"])
    pairs = [(c.origin, c.destination) for c in CORRIDORS if c.kind == "crossing"]
    pairs += [c.ends_in_layer for c in CORRIDORS if c.kind == "crossing"]
    return [(int(number[origin]), int(number[end])) for origin, end in pairs]


def _runs_along(places: pd.DataFrame) -> Flag:
    """Return for each pair of places whether the way between them comes within QUIET_KM of the inside of a decoy."""
    xyz = _unit_vectors(places["lon"].to_numpy(), places["lat"].to_numpy())
    direct = _arc_km(xyz, xyz)
    found = np.zeros(direct.shape, dtype=bool)
    for origin, end in _decoys(places):
        shares = np.arange(0.1, 0.9, 80.0 / direct[origin, end])[:, None]
        inside = (1 - shares) * xyz[origin] + shares * xyz[end]
        for away in _arc_km(inside / np.linalg.norm(inside, axis=1, keepdims=True), xyz):
            total = away[:, None] + away
            spare = np.maximum(total - direct, 0.0)
            found |= 2 * spare * np.outer(away, away) < QUIET_KM**2 * total
    return found


def _unit_vectors(lon: Number, lat: Number) -> Number:
    x, y = np.radians(lon), np.radians(lat)
    return np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])


def _arc_km(a: Number, b: Number) -> Number:
    return np.asarray(EARTH_RADIUS_KM * np.arccos(np.clip(a @ b.T, -1.0, 1.0)))


def _stopovers(distance_km: Number, hub: Number) -> Whole:
    """Return the best places on the way, per origin and destination; -1 where the detour is too long."""
    count = len(distance_km)
    found = np.full((count, count, STOPOVER_COUNT), NONE, dtype=np.int64)
    for origin in range(count):
        direct = distance_km[origin][:, None] + 1e-9
        before, after = distance_km[origin][None, :], distance_km
        detour = (before + after) / direct
        fits = (detour < MAX_DETOUR) & (before > 0.15 * direct) & (after > 0.15 * direct)
        score = np.where(fits, 0.7 * hub - 8 * (detour - 1), -np.inf)
        best = np.argpartition(-score, STOPOVER_COUNT, axis=1)[:, :STOPOVER_COUNT]
        is_found = np.take_along_axis(fits, best, axis=1)
        found[origin] = np.where(is_found, best, NONE)
    return found


def located(stage: Geography, place: Whole) -> dict[str, Words | Number]:
    """Return id, published name, point and precision of places by number; -1 is a place published as unknown."""
    precision = words(["place", "country", None])
    return {
        "place_id": words([*stage.places["place_id"], None])[place],
        "place_raw": words([*stage.places["name"], UNKNOWN])[place],
        "lon": np.append(stage.places["lon"].to_numpy(dtype=float), np.nan)[place],
        "lat": np.append(stage.places["lat"].to_numpy(dtype=float), np.nan)[place],
        "precision": precision[np.where(place == NONE, 2, place >= stage.city_count)],
    }


def words(values: Sequence[str | None]) -> Words:
    """Return the values as an array that can be picked from by number."""
    return np.array(values, dtype=object)


def drawn(rng: np.random.Generator, shares: Mapping[str | None, float], count: int) -> Words:
    """Return ``count`` of the keys by their shares."""
    edges = np.cumsum(list(shares.values())) / sum(shares.values())
    at = np.searchsorted(edges, rng.random(count), side="right")
    picked: Words = words(list(shares))[np.minimum(at, len(shares) - 1)]
    return picked
