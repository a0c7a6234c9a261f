"""The map files: whole, on the globe, light, and in step with the tables."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import shapely
from shapely.geometry import shape

from data.places import REFERENCE, gazetteer

MAPS = {"countries": 450_000, "us_states": 80_000, "disputed": 60_000}


def features(name: str) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads((REFERENCE / f"{name}.geojson").read_text(encoding="utf-8"))["features"]
    return read


def lines(coordinates: list[Any]) -> Iterator[list[list[float]]]:
    if isinstance(coordinates[0][0], list):
        for inner in coordinates:
            yield from lines(inner)
    else:
        yield coordinates


@pytest.mark.parametrize("name", MAPS)
def test_map_files_stay_light(name: str) -> None:
    assert (REFERENCE / f"{name}.geojson").stat().st_size < MAPS[name]


@pytest.mark.parametrize("name", MAPS)
def test_nothing_crosses_the_antimeridian_or_leaves_the_globe(name: str) -> None:
    for feature in features(name):
        for line in lines(feature["geometry"]["coordinates"]):
            lons, lats = [point[0] for point in line], [point[1] for point in line]
            assert max(abs(lon) for lon in lons) <= 180, feature["properties"]
            assert max(abs(lat) for lat in lats) <= 90, feature["properties"]
            assert all(abs(b - a) <= 180 for a, b in zip(lons, lons[1:], strict=False)), feature["properties"]


def test_every_country_polygon_is_valid_closed_and_known() -> None:
    names = gazetteer().places.set_index("place_id")["name"]
    for feature in features("countries"):
        assert feature["properties"]["name"] == names[feature["properties"]["id"]]
        polygon = shape(feature["geometry"])
        assert polygon.is_valid, feature["properties"]
        assert polygon.area > 0
        for line in lines(feature["geometry"]["coordinates"]):
            assert line[0] == line[-1]


def test_no_country_is_drawn_twice_and_only_two_are_not_drawn() -> None:
    drawn = [feature["properties"]["id"] for feature in features("countries")]
    places = gazetteer().places
    assert len(drawn) == len(set(drawn))
    assert set(places.loc[places["level"] == "country", "place_id"]) - set(drawn) == {"ATA", "VAT"}
    assert {"RUS", "FJI", "MLT", "SGP", "BHR", "JAM", "TTO", "XKX"} <= set(drawn)


def test_countries_hardly_overlap() -> None:
    shapes = [shape(feature["geometry"]) for feature in features("countries")]
    tree = shapely.STRtree(shapes)
    for i, j in tree.query(shapes, predicate="intersects").T:
        if i < j:
            # Square degrees: rounded vertices, and Andorra (0.05 in all) drawn in full over coarser neighbours.
            assert shapes[i].intersection(shapes[j]).area < 0.025


def test_every_drawn_country_holds_its_own_point() -> None:
    drawn = {feature["properties"]["id"]: shape(feature["geometry"]) for feature in features("countries")}
    for country_id, area in drawn.items():
        point = gazetteer().point(country_id)
        assert area.distance(shapely.Point(point.lon, point.lat)) < 0.02, country_id


def test_state_borders_name_two_states_of_the_us() -> None:
    borders = {feature["properties"]["id"] for feature in features("us_states")}
    assert {"US-MD|US-VA", "US-NC|US-VA"} <= borders
    assert "US-CA|US-NY" not in borders
    ids = set(gazetteer().places["place_id"])
    assert all(set(pair.split("|")) <= ids for pair in borders)


def test_disputed_lines_are_dashes() -> None:
    for feature in features("disputed"):
        assert feature["properties"]["name"]
        assert feature["geometry"]["type"] == "MultiLineString"
        for line in lines(feature["geometry"]["coordinates"]):
            assert shapely.LineString(line).length < 0.36
