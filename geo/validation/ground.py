"""Places of a synthetic world and the paths between them: as the method knows them, and as journeys really went."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.distance import GEOD, Array, sphere_km, unit_vectors
from geo.flowfield import Network, network
from geo.paths import paths_between

Whole = npt.NDArray[np.int64]
PathSource = Callable[[pd.DataFrame, pd.DataFrame], tuple[pd.DataFrame, pd.DataFrame]]

BOX = (-10.0, 25.0, 65.0, 62.0)  # west, south, east, north: Europe, West Asia, North Africa, as in README "Validation"
NEIGHBOUR_COUNT = 3  # places that a record may name instead of the right one
PLACES_PER_COUNTRY = 5  # chosen 2026-11: 60 places make 12 countries
PAIR_KEY = ["place_a", "place_b"]
AIR = "air"


@dataclass(frozen=True)
class Ground:
    """Where a world's journeys run.

    Attributes:
        places: ``lon, lat, country_id, level`` by place_id, ascending: first the countries' centres (level
            ``country``), then the places.
        names: Ids of the N places, without the countries: rows and columns of every matrix.
        distance_km: (N, N) great-circle kilometres between places.
        neighbours: (N, k) nearest other places, as rows of ``names``.
        net: Paths of both kinds below.
        stated: Value of ``network`` of the paths that the method is given.
        travelled: The same of the paths that journeys took.
    """

    places: pd.DataFrame
    names: npt.NDArray[np.str_]
    distance_km: Array
    neighbours: Whole
    net: Network
    stated: str = AIR
    travelled: str = AIR

    @property
    def country_ids(self) -> npt.NDArray[np.str_]:
        """Country of each of the N places, which is also the id of the country's centre."""
        return self.own_places["country_id"].to_numpy(str)

    @property
    def own_places(self) -> pd.DataFrame:
        """The N places in the order of ``names``, without the countries."""
        return self.places[self.places["level"] == "place"]


def great_circles(pairs: pd.DataFrame, places: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return paths and steps of the great circles between pairs (``place_a, place_b``) of places."""
    ends = {
        f"{axis}_{end}": places[axis].reindex(pairs[f"place_{end}"]).to_numpy(np.float64)
        for end in "ab"
        for axis in ("lon", "lat")
    }
    return paths_between(pairs[PAIR_KEY].reset_index(drop=True).assign(**ends))


def random_places(count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return places spread evenly over BOX, each in the country of the nearest of its seats, and the centres.

    Args:
        count: Number of places, at least PLACES_PER_COUNTRY.
        rng: Decides where.

    Returns:
        ``lon, lat, country_id, level`` by place_id, as in ``Ground.places``.
    """
    west, south, east, north = BOX
    lon = rng.uniform(west, east, count)
    lat = np.degrees(np.arcsin(rng.uniform(np.sin(np.radians(south)), np.sin(np.radians(north)), count)))
    return in_countries(lon, lat, max(count // PLACES_PER_COUNTRY, 1))


def in_countries(lon: Array, lat: Array, country_count: int) -> pd.DataFrame:
    """Return the places and their countries' centres; the first ``country_count`` places are the seats."""
    points = unit_vectors(lon, lat)
    seat = np.argmax(points @ points[:country_count].T, axis=1)
    return with_centres(lon, lat, np.array([f"c{number:03d}" for number in seat]))


def with_centres(lon: Array, lat: Array, country_id: npt.NDArray[np.str_]) -> pd.DataFrame:
    """Return ``Ground.places``: places p000, p001, ... and before them a centre for each country.

    Args:
        lon: Degrees of the places, WGS 84.
        lat: The same.
        country_id: Country of each; must sort before "p".
    """
    points = unit_vectors(lon, lat)
    ids = np.unique(country_id)
    centre = np.array([points[country_id == one].mean(axis=0) for one in ids])
    frame = pd.DataFrame(
        {
            "place_id": [*ids, *(f"p{number:03d}" for number in range(len(lon)))],
            "lon": [*np.degrees(np.arctan2(centre[:, 1], centre[:, 0])), *lon],
            "lat": [*np.degrees(np.arctan2(centre[:, 2], np.hypot(centre[:, 0], centre[:, 1]))), *lat],
            "country_id": [*ids, *country_id],
            "level": ["country"] * len(ids) + ["place"] * len(lon),
        }
    )
    return frame.set_index("place_id")


def connected(places: pd.DataFrame, source: PathSource = great_circles, pairs: pd.DataFrame | None = None) -> Ground:
    """Return the ground on which the method knows the very paths that journeys take.

    Args:
        places: As ``Ground.places``.
        source: Gives paths and steps of pairs.
        pairs: ``place_a, place_b`` with place_a < place_b; None joins all of ``all_pairs``.
    """
    paths, edges = source(all_pairs(places) if pairs is None else pairs, places)
    return _ground(places, paths, edges, (str(paths["network"].iloc[0]),) * 2)


def misknown(places: pd.DataFrame, source: PathSource, true_source: PathSource) -> Ground:
    """Return the ground on which journeys take one source's paths and the method is given another's."""
    pairs = all_pairs(places)
    parts = [
        [frame.assign(network=name) for frame in give(pairs, places)]
        for name, give in (("stated", source), ("travelled", true_source))
    ]
    paths, edges = (pd.concat(both, ignore_index=True) for both in zip(*parts, strict=True))
    return _ground(places, paths, edges, ("stated", "travelled"))


def all_pairs(places: pd.DataFrame) -> pd.DataFrame:
    """Return ``place_a, place_b`` (place_a < place_b) of every two places and countries, but a place and its own."""
    ids = np.sort(places.index.to_numpy(str))
    first, second = (ids[side] for side in np.triu_indices(len(ids), 1))
    is_own = places.loc[second, "country_id"].to_numpy(str) == first  # a country's id sorts before any place's
    return pd.DataFrame({"place_a": first[~is_own], "place_b": second[~is_own]})


def as_flows(ground: Ground, matrix: Array) -> pd.DataFrame:
    """Return an (N, N) matrix of records between places as the comparison takes them; see ``flows_of``."""
    row, column = np.nonzero(matrix)
    return flows_of(ground, ground.names[row], ground.names[column], matrix[row, column])


def flows_of(
    ground: Ground, origin_id: npt.NDArray[np.str_], destination_id: npt.NDArray[np.str_], weight: Array
) -> pd.DataFrame:
    """Return ``origin_id, destination_id, network, weight, is_coarse``, one row per pair of places or countries.

    What stays in one place, or between a place and its own country, is left out.
    """
    country = ground.places["country_id"]
    ends = pd.DataFrame({"origin_id": origin_id, "destination_id": destination_id, "weight": weight})
    flows = ends.groupby(["origin_id", "destination_id"], as_index=False)["weight"].sum()
    homes = [country.reindex(flows[name]).to_numpy(str) for name in ("origin_id", "destination_id")]
    ids = [flows[name].to_numpy(str) for name in ("origin_id", "destination_id")]
    stays = (ids[0] == ids[1]) | (ids[0] == homes[1]) | (ids[1] == homes[0])
    is_coarse = (ids[0] == homes[0]) | (ids[1] == homes[1])
    result: pd.DataFrame = flows.assign(network=ground.stated, is_coarse=is_coarse)[~stays]
    return result.reset_index(drop=True)


def moved(lon: Array, lat: Array, bearing_deg: Array, distance_km: Array) -> tuple[Array, Array]:
    """Return the points a distance away, in degrees."""
    lon, lat, _ = GEOD.fwd(lon, lat, bearing_deg, distance_km * 1000)
    return np.asarray(lon), np.asarray(lat)


def _ground(places: pd.DataFrame, paths: pd.DataFrame, edges: pd.DataFrame, kinds: tuple[str, str]) -> Ground:
    own = places[places["level"] == "place"]
    points = unit_vectors(own["lon"].to_numpy(np.float64), own["lat"].to_numpy(np.float64))
    count = len(points)
    row, column = np.indices((count, count)).reshape(2, -1)
    distance_km = sphere_km(points[row], points[column]).reshape(count, count)
    nearest = np.argsort(distance_km + np.where(np.eye(count) > 0, np.inf, 0), axis=1, kind="stable")
    neighbours = nearest[:, : min(NEIGHBOUR_COUNT, count - 1)]
    return Ground(places, own.index.to_numpy(str), distance_km, neighbours, network(paths, edges), *kinds)
