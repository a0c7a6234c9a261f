"""Published distances by road and by sea, against the shortest way on the product's own networks."""

import numpy as np
import pytest

from data import networks as tables
from geo.networks import CLOSED, Graph, nearest_node, passage, road_graph, sea_graph, without
from geo.search import shortest_km

TOLERANCE = 0.10
NAUTICAL_MILE_KM = 1.852

CITIES = {
    "Sarajevo": (18.41, 43.86),
    "Paris": (2.35, 48.86),
    "Houston": (-95.37, 29.76),
    "Mexico City": (-99.13, 19.43),
    "Kabul": (69.18, 34.53),
    "Istanbul": (28.98, 41.01),
    "Tripoli": (13.19, 32.89),
    "Agadez": (7.99, 16.97),
    "Delhi": (77.21, 28.61),
    "Kolkata": (88.36, 22.57),
    "Mumbai": (72.88, 19.08),
    "Chennai": (80.27, 13.08),
    "Sydney": (151.21, -33.87),
    "Melbourne": (144.96, -37.81),
    "Perth": (115.86, -31.95),
    "Adelaide": (138.60, -34.93),
    "Darwin": (130.84, -12.46),
    "New York": (-74.01, 40.71),
    "Miami": (-80.19, 25.76),
    "Los Angeles": (-118.24, 34.05),
}
FULL_GRAPH = "the uncontracted highway graph, project's method trials"
NHAI = "Golden Quadrilateral, National Highways Authority of India"
AUSTRALIA = "driving distances, ritas-outback-guide.com"
USA = "driving distances, distance-cities.com/usa"
BY_ROAD = [
    ("Sarajevo", "Paris", 1581, FULL_GRAPH),
    ("Houston", "Mexico City", 1414, FULL_GRAPH),
    ("Kabul", "Istanbul", 4544, FULL_GRAPH),
    ("Tripoli", "Agadez", 2439, FULL_GRAPH),
    ("Delhi", "Kolkata", 1453, NHAI),
    ("Delhi", "Mumbai", 1419, NHAI),
    ("Chennai", "Kolkata", 1684, NHAI),
    ("Sydney", "Melbourne", 877, AUSTRALIA),
    pytest.param(
        *("Sydney", "Perth", 3935, AUSTRALIA),
        marks=pytest.mark.xfail(reason="4,497 km, 14 % too long: the highway extract itself says 4,461", strict=True),
    ),
    ("Adelaide", "Darwin", 3027, AUSTRALIA),
    ("New York", "Miami", 2061, USA),
    ("Los Angeles", "Houston", 2504, USA),
]

PANAMA_1913 = "Johnson's report on Panama Canal traffic, in Bishop, Panama Past and Present (1913), p. 237"
SUEZ_AUTHORITY = "Suez Canal Authority, influences of the canal on world trade"
BY_SEA = [
    ("NLRTM", "SGSIN", 8288, (), "port distance tables, via Suez"),
    ("USNYC", "LKCMB", 8604, (), "NGA Pub. 151, via Gibraltar"),
    ("USNYC", "PAONX", 1974, (), PANAMA_1913),
    ("USMSY", "PAONX", 1395, (), PANAMA_1913),
    ("USNYC", "USSFO", 5262, (), PANAMA_1913),
    ("USNYC", "USSFO", 13135, ("panama",), PANAMA_1913 + ", through the Strait of Magellan"),
    ("ROCND", "SAJED", 1698, (), SUEZ_AUTHORITY),
    ("ROCND", "SAJED", 11771, ("suez",), SUEZ_AUTHORITY + ", round the Cape of Good Hope"),
]


@pytest.fixture(scope="module")
def road() -> Graph:
    return road_graph(*tables.roads())


@pytest.fixture(scope="module")
def sea() -> Graph:
    return sea_graph(*tables.sea(), tables.ports())


@pytest.mark.parametrize(("start", "end", "published_km", "source"), BY_ROAD, ids=lambda value: str(value)[:12])
def test_roads_are_as_long_as_published(road: Graph, start: str, end: str, published_km: int, source: str) -> None:
    lon, lat = np.array([CITIES[start], CITIES[end]]).T
    a, b = nearest_node(road, lon, lat)
    assert shortest_km(road, np.array([a]), np.array([b]))[0] == pytest.approx(published_km, rel=TOLERANCE), source


@pytest.mark.parametrize(
    ("start", "end", "published_nm", "closed", "source"), BY_SEA, ids=lambda value: str(value)[:12]
)
def test_sea_lanes_are_as_long_as_published(
    sea: Graph, start: str, end: str, published_nm: int, closed: tuple[str, ...], source: str
) -> None:
    for name in closed:
        sea = without(sea, passage(sea, name))
    ports = tables.ports().reset_index(drop=True)
    rows = [ports.index[ports["port_id"] == port_id][0] for port_id in (start, end)]
    a, b = np.array(rows) + len(sea.lon) - len(ports)
    km = shortest_km(sea, np.array([a]), np.array([b]))[0]
    assert km == pytest.approx(published_nm * NAUTICAL_MILE_KM, rel=TOLERANCE), source


def test_the_northwest_passage_is_shut(sea: Graph) -> None:
    assert not sea.is_open[passage(sea, CLOSED[0])].any()
