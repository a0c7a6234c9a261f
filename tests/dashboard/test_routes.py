"""Which way a pair is drawn along, in which lane, and what is told of it."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from dashboard import assemble, curves, palette, routes, words
from dashboard.filters import Filters
from dashboard.stores import Store

PATHS = pd.DataFrame(
    [
        ("A", "B", "air", 900.0, 1.0, None),
        ("A", "B", "road", 1200.0, 0.6, None),
        ("A", "B", "sea", None, None, "both places use the same port"),
        ("A", "XXX", "road", 700.0, 0.5, None),
    ],
    columns=["place_a", "place_b", "network", "length_km", "confidence", "refused"],
)
LINES = {  # of A and B by air and by road, then of A and XXX
    "seq": np.array([0, 1, 0, 1, 2, 0, 1]),
    "lon": np.array([0.0, 9.0, 0.0, 5.0, 9.0, 0.0, 1.0]),
    "lat": np.array([0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 1.0]),
}
KNOWN = routes.known(PATHS, LINES)
FOUND = pd.DataFrame(
    [("A~B", False, True), ("A~B", False, True), ("A~XXX", True, True)],
    columns=["corridor_id", "is_coarse", "is_shown"],
)


def parts(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    """Return the parts of a layer: ends either way round, network, records."""
    numbers = {("A", "B", "air"): 0, ("A", "B", "road"): 1, ("A", "XXX", "road"): 2}
    path = [numbers.get((min(ends), max(ends), network), -1) for *ends, network, _ in rows]
    return pd.DataFrame({"path": path, "observed": [row[-1] for row in rows], "intended": 0.0})


def test_a_pair_takes_the_network_with_most_records_both_ways_and_layers_together() -> None:
    ways, points = routes.drawn(FOUND, parts(("A", "B", "road", 3), ("B", "A", "road", 3), ("A", "B", "air", 5)), KNOWN)
    assert ways["network"].tolist() == ["road"]  # 3 + 3 against 5
    assert points[["lon", "lat"]].to_numpy().tolist() == [[0, 0], [5, 3], [9, 0]]


def test_turning_every_record_round_changes_no_way() -> None:
    there = routes.drawn(FOUND, parts(("A", "B", "road", 3), ("A", "B", "air", 5)), KNOWN)
    back = routes.drawn(FOUND, parts(("B", "A", "road", 3), ("B", "A", "air", 5)), KNOWN)
    for one, other in zip(there, back, strict=True):
        pd.testing.assert_frame_equal(one, other)
    assert there[0]["network"].tolist() == ["air"]


def test_a_refused_network_and_an_end_known_by_country_have_no_way() -> None:
    ways, points = routes.drawn(FOUND, parts(("A", "B", "sea", 9), ("A", "XXX", "road", 9)), KNOWN)
    assert ways.empty
    assert points.empty


def test_a_pair_that_is_not_shown_has_no_way() -> None:
    ways, _ = routes.drawn(FOUND.assign(is_shown=False), parts(("A", "B", "road", 3)), KNOWN)
    assert ways.empty


def test_nothing_gives_nothing() -> None:
    ways, points = routes.drawn(FOUND[:0], parts(), KNOWN)
    assert (list(ways.columns), len(ways)) == (list(routes.ROUTE_COLUMNS), 0)
    assert (list(points.columns), len(points)) == (list(routes.LINE_COLUMNS), 0)
    assert routes.by_corridor(points) == {}


def test_a_path_without_a_line_is_refused() -> None:
    with pytest.raises(ValueError, match="path_lines: 3 lines for 4 paths"):
        routes.known(PATHS.assign(refused=None), LINES)


def test_each_path_of_a_release_has_its_own_line(store: Store) -> None:
    lines = pq.read_table(store.release.path("path_lines")).to_pandas().groupby(["place_a", "place_b", "network"])
    paths, start = store.paths[store.paths["refused"].isna()], store.routes.start
    rows = range(0, len(paths), 50)
    keys = [paths.iloc[row][["place_a", "place_b", "network"]].tolist() for row in rows]
    for row, key in zip(rows, keys, strict=True):
        mine = lines.get_group(tuple(key)).sort_values("seq")[["lon", "lat"]].to_numpy()
        assert np.array_equal(store.routes.points[start[row] : start[row + 1]], mine)


def test_a_line_of_one_point_is_no_way() -> None:
    point = pd.DataFrame([("A~B", 1.0, 1.0), ("A~B", 1.0, 1.0)], columns=["corridor_id", "lon", "lat"])
    assert routes.by_corridor(point) == {}


def test_half_way_along_two_equal_steps_is_the_corner_between_them() -> None:
    way = curves.route(((0.0, 0.0), (4.0, 0.0), (4.0, curves.latitude(4.0))), 9)
    assert way.at(0.5) == pytest.approx((4, 0))
    assert way.at(0.25) == pytest.approx((2, 0))
    assert (way.angle_deg(0.2), way.angle_deg(0.8)) == pytest.approx((0, 90))
    assert way.piece(0.25, 0.75, 9) == [pytest.approx((2, 0)), (4.0, 0.0), pytest.approx((4, curves.latitude(2.0)))]


def test_turning_a_way_turns_its_arrow_by_half_a_circle() -> None:
    points = ((0.0, 0.0), (4.0, 0.0), (9.0, 5.0))
    there, back = curves.route(points, 9), curves.route(points[::-1], 9)
    turned = there.angle_deg(0.7) - back.angle_deg(1 - 0.7)
    assert math.cos(math.radians(turned)) == pytest.approx(-1)


def test_a_way_over_the_antimeridian_goes_the_short_way_round() -> None:
    way = curves.route(((179.0, 0.0), (-179.0, 0.0)), 9)
    assert way.length == pytest.approx(2)
    assert curves.split(way.piece(0, 1, 9)) == [[(179.0, 0.0), (180.0, 0.0)], [(-180.0, 0.0), (-179.0, 0.0)]]


def test_thinning_keeps_the_ends_and_the_largest_bend() -> None:
    points = [(float(n), 5.0 if n == 6 else 0.1 * (n % 2)) for n in range(13)]
    kept = curves.thinned(points, 5)
    assert len(kept) <= 5
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    assert (6.0, 5.0) in kept
    assert curves.thinned(points, 13) == points


def flow(layer: str, origin: str, destination: str, width_px: float) -> dict[str, Any]:
    return {"layer": layer, "origin_id": origin, "destination_id": destination, "width_px": width_px, "has_route": True}


def test_lanes_grow_outward_from_firearms_and_never_meet() -> None:
    rows = [flow("drugs", "A", "B", 2.0), flow("firearms", "A", "B", 6.0), flow("firearms", "B", "A", 2.0)]
    # firearms 0.8 + 6 / 2; drugs past them: 0.8 + 6 + 0.8 + 2 / 2; the way back starts anew at 0.8 + 2 / 2
    assert routes.lanes(rows) == pytest.approx([8.6, 3.8, 1.8])


def test_an_unknown_layer_has_the_outermost_lane() -> None:
    rows = [flow("antiquities", "A", "B", 2.0), flow("human_trafficking", "A", "B", 2.0)]
    named = len(palette.LAYER_COLOURS)
    assert routes.lanes(rows) == pytest.approx([named * routes.LANE_PX + 1.8, 2 * routes.LANE_PX + 1.8])


def test_what_is_told_of_a_way_names_its_network_length_and_confidence() -> None:
    told = words.way("road", 1234.0, 0.654)
    assert "by road, 1,200 km, path confidence 0.65: on average, 65 % of the ways tried" in told
    assert "curve" in words.way(None, 0.0, 0.0)


def test_the_sample_draws_places_along_ways_and_countries_as_curves(store: Store) -> None:
    view = assemble.explore(store, Filters())
    fine = view.flows[view.flows["is_shown"] & ~view.flows["is_coarse"]]
    assert set(view.routes["corridor_id"]) <= set(fine["corridor_id"])
    assert "city:MEX:guadalajara~city:USA:houston" in set(view.routes["corridor_id"])
    assert set(view.lines["corridor_id"]) == set(view.routes["corridor_id"])
    ends = view.lines.groupby("corridor_id")[["lon", "lat"]].first().loc["city:MEX:guadalajara~city:USA:houston"]
    place = store.places.loc["city:MEX:guadalajara", ["lon", "lat"]]
    assert list(ends) == pytest.approx(list(place), abs=0.5)


def test_the_cells_of_a_way_have_shares_and_all_ways_meet_in_one(store: Store) -> None:
    cells = assemble.way_cells(store, "city:MEX:guadalajara~city:USA:houston", "road")
    assert cells["probability"].between(0, 1, inclusive="right").all()
    assert cells["probability"].max() == 1  # every way leaves the same end
    assert assemble.way_cells(store, "nowhere", "road").empty
