import json
import math
from collections import Counter
from dataclasses import replace
from html import escape
from typing import Any

import pandas as pd
import pytest
import shapely

from dashboard import curves, deck, layers, legend, levels, marks, palette, routes, still, words
from tests.dashboard import fixture_view

VIEW = fixture_view.explore()
CELLS = pd.DataFrame({"cell": [0x8348EFFFFFFFFFF, 0x83489AFFFFFFFFF], "probability": [1.0, 0.25]})
MANILA, LOS_ANGELES = (120.98, 14.6), (-118.24, 34.05)


def spec(mode: str = layers.RELATIONS, selected: str | None = None) -> dict[str, Any]:
    chosen = routes.Chosen(selected, CELLS) if selected else None
    whole = layers.deck_of(VIEW, mode, chosen, layers.first_camera(VIEW))
    parsed = json.loads(whole.to_json())
    assert isinstance(parsed, dict)
    return parsed


def rows_of(parsed: dict[str, Any], layer_id: str) -> list[dict[str, Any]]:
    (found,) = [layer["data"] for layer in parsed["layers"] if layer["id"] == layer_id]
    assert isinstance(found, list)
    return found


def steps(path: list[list[float]]) -> list[float]:
    return [abs(b[0] - a[0]) for a, b in zip(path, path[1:], strict=False)]


def test_there_and_back_are_two_separate_lines() -> None:
    there = curves.curve((0, 0), (10, 0), 0.2)
    back = curves.curve((10, 0), (0, 0), 0.2)
    # the control points lie 0.2 x 10 = 2 to the right of each travel; a quadratic Bezier reaches half of that
    assert there.at(0.5) == pytest.approx((5, -1))
    assert back.at(0.5) == pytest.approx((5, 1))


def test_reversing_a_flow_turns_its_arrow_by_half_a_circle() -> None:
    there = curves.curve((0, 0), (10, 0), 0.2).angle_deg(0.5)
    back = curves.curve((10, 0), (0, 0), 0.2).angle_deg(0.5)
    assert abs(there - back) == pytest.approx(180)


@pytest.mark.parametrize(
    ("destination", "angle_deg"), [((10.0, 0.0), 0), ((0.0, 10.0), 90), ((-10.0, 0.0), 180), ((0.0, -10.0), -90)]
)
def test_an_arrow_points_along_the_travel(destination: tuple[float, float], angle_deg: float) -> None:
    assert curves.curve((0, 0), destination, 0.0).angle_deg(0.64) == pytest.approx(angle_deg)


def test_a_place_reached_from_itself_has_a_line_without_length() -> None:
    points = curves.line(curves.curve((5, 0), (5, 0), 0.2))
    assert all(point == pytest.approx((5, 0)) for point in points)


@pytest.mark.parametrize("ends", [(MANILA, LOS_ANGELES), (LOS_ANGELES, MANILA)])
def test_manila_to_los_angeles_crosses_the_pacific_and_nothing_else(ends: tuple[curves.Point, curves.Point]) -> None:
    pieces = curves.split(curves.line(curves.curve(*ends, 0.16)))
    assert len(pieces) == 2
    assert all(abs(lon) <= 180 for piece in pieces for lon, _ in piece)
    assert max(step for piece in pieces for step in steps([list(point) for point in piece])) < 180
    length = sum(abs(piece[-1][0] - piece[0][0]) for piece in pieces)
    assert length == pytest.approx(360 - 120.98 - 118.24)  # eastward over the ocean, not 239 westward
    assert pieces[0][-1][1] == pytest.approx(pieces[1][0][1])


def test_a_line_that_ends_on_the_antimeridian_is_not_cut() -> None:
    assert curves.split([(170.0, 0.0), (180.0, 0.0)]) == [[(170.0, 0.0), (180.0, 0.0)]]


def test_no_drawn_step_runs_across_the_map() -> None:
    for layer_id in ("flows-firearms", "flows-drugs", "pick-0"):
        assert max(step for row in rows_of(spec(), layer_id) for step in steps(row["p"])) < 180


def test_every_shown_flow_has_one_arrow_and_no_other_has() -> None:
    parsed = spec()
    assert [len(rows_of(parsed, f"arrows-{name}")) for name in fixture_view.LAYERS] == [18, 18, 18]
    assert len(layers.flow_rows(VIEW)) == fixture_view.SHOWN_COUNT


def test_both_ways_of_a_pair_are_drawn_in_every_layer() -> None:
    rows = pd.DataFrame(layers.flow_rows(VIEW))
    pairs = set(zip(rows["layer"], rows["origin_id"], rows["destination_id"], strict=True))
    assert all((layer, b, a) in pairs for layer, a, b in pairs)


def test_layers_on_one_corridor_lie_side_by_side() -> None:
    middles = {
        tuple(round(value, 3) for value in curves.curve((0, 0), (10, 0), layers.bow(name)).at(0.5))
        for name in palette.LAYER_COLOURS
    }
    assert len(middles) == len(palette.LAYER_COLOURS)


def test_firearms_take_the_colour_of_their_corridors_relation_and_drugs_do_not() -> None:
    rows = pd.DataFrame(layers.flow_rows(VIEW)).set_index(["layer", "origin_id", "destination_id"])
    assert rows.loc[("firearms", "city:MNL", "city:LAX"), "colour"] == palette.RELATION_COLOURS["inverse"]
    assert rows.loc[("firearms", "city:LAX", "city:MNL"), "colour"] == palette.RELATION_COLOURS["inverse"]
    assert rows.loc[("firearms", "city:HOU", "city:GDL"), "colour"] == palette.RELATION_COLOURS["common"]
    assert rows.loc[("drugs", "city:MNL", "city:LAX"), "colour"] == palette.LAYER_COLOURS["drugs"]


def test_the_strongest_relation_of_a_corridor_wins_over_too_little_evidence() -> None:
    turned = VIEW.corridors.sort_values("relation", key=lambda names: names != "insufficient", kind="stable")
    assert levels.relation_by_corridor(turned)["city:LAX~city:MNL"] == "inverse"


def test_layer_colours_draw_every_layer_at_full_width() -> None:
    drawn = [layers.flow_rows(VIEW, mode) for mode in (layers.RELATIONS, layers.LAYERS)]
    widest = [max(row["width_px"] for row in rows if row["layer"] == "drugs") for rows in drawn]
    assert widest[0] == pytest.approx(widest[1] / 2)


def test_a_flow_that_was_mostly_not_completed_is_cut_into_dashes() -> None:
    parsed = spec()
    pieces = [row["p"] for row in rows_of(parsed, "flows-firearms") if len(row["p"]) == 4]
    between = [piece for piece in pieces if all(-105 < lon < -97 and 22 < lat < 33 for lon, lat in piece)]
    assert len(between) == 11  # the one flow from Texas to Mexico


def test_an_end_known_only_as_a_country_has_no_dot() -> None:
    names = {row["tip"] for row in rows_of(spec(), "places")}
    assert "Texas" in names
    assert "Mexico" not in names


def test_incidents_known_only_by_country_are_areas_not_points() -> None:
    parsed = spec()
    assert len(rows_of(parsed, "incidents-terrorism")) == 2
    (areas,) = [layer["data"] for layer in parsed["layers"] if layer["id"] == "incident-countries-terrorism"]
    assert {area["tip"] for area in areas} == {"Terrorism: 9 incidents\nMali, killed: 3"}


def test_the_selected_corridor_gets_a_halo_both_ways_in_every_layer() -> None:
    parsed = spec(selected="city:GDL~city:HOU")
    assert len(rows_of(parsed, "flows-selected")) == 2 * len(fixture_view.LAYERS)


def test_the_cells_around_a_chosen_way_are_the_fuller_the_more_ways_take_them() -> None:
    rows = rows_of(spec(selected="city:GDL~city:HOU"), "halo")
    assert [row["h"] for row in rows] == ["8348effffffffff", "83489afffffffff"]
    low, high = routes.HALO_ALPHA
    assert [row["c"][3] for row in rows] == [high, round(low + (high - low) / 4)]


def on_way(parsed: dict[str, Any], layer: str) -> list[dict[str, Any]]:
    """Return the lines between Houston and Guadalajara along their way: four points, in Monterrey's neighbourhood."""
    return [row for row in rows_of(parsed, f"flows-{layer}") if [-100.3, 25.7] in row["p"]]


def test_a_flow_between_places_runs_along_its_way_and_back_the_same_way_turned() -> None:
    there, back = sorted((row["p"] for row in on_way(spec(), "firearms")), key=lambda points: points[0][0])
    assert there == [[-103.35, 20.66], [-100.3, 25.7], [-99.5, 27.5], [-95.37, 29.76]]
    assert back == there[::-1]


def test_every_layer_and_direction_on_a_way_has_a_lane_of_its_own_to_the_right() -> None:
    parsed = spec(layers.LAYERS)
    spans = {
        name: [(row["o"] * row["w"] - row["w"] / 2, row["o"] * row["w"] + row["w"] / 2) for row in on_way(parsed, name)]
        for name in fixture_view.LAYERS
    }
    assert all(len(lanes) == 2 and min(start for start, _ in lanes) > 0 for lanes in spans.values())
    order = ("firearms", "drugs", "human_trafficking")
    for inner, outer in zip(order, order[1:], strict=False):
        assert max(end for _, end in spans[inner]) < min(start for start, _ in spans[outer])


def test_a_flow_without_a_way_is_a_curve_without_a_lane() -> None:
    rows = pd.DataFrame(layers.flow_rows(VIEW)).set_index(["layer", "origin_id", "destination_id"])
    assert rows.groupby("has_route").size().to_dict() == {False: 42, True: 12}  # two pairs, both ways, three layers
    assert (rows.loc[~rows["has_route"], "offset_px"] == 0).all()
    assert rows.loc[("drugs", "city:MNL", "city:LAX"), "has_route"] == False  # noqa: E712


def test_an_end_known_only_as_a_country_keeps_its_curve_even_where_a_line_is_stored() -> None:
    stored = VIEW.lines[VIEW.lines["corridor_id"] == "city:GDL~city:HOU"].assign(corridor_id="MEX~US-TX")
    rows = layers.flow_rows(replace(VIEW, lines=stored))
    assert not any(row["has_route"] for row in rows)


@pytest.mark.parametrize(
    ("ends", "turn_deg", "shift"), [(("A", "B"), 0, (0, 4)), (("B", "A"), 180, (0, -4))], ids=["east", "west"]
)
def test_an_arrow_sits_in_its_lane(ends: tuple[str, str], turn_deg: float, shift: tuple[float, float]) -> None:
    drawn = routes.shape({"origin_id": ends[0], "destination_id": ends[1]}, [(0.0, 0.0), (5.0, 0.0), (10.0, 0.0)], 9)
    row = {"curve": drawn, "offset_px": 4.0, "colour": "#000000", "alpha": 200, "width_px": 2.0}
    (arrow,) = layers.arrow_rows([row])
    assert abs(arrow["a"]) == turn_deg  # eastward it lies 4 px further down the screen, westward further up
    assert arrow["o"] == pytest.approx(list(shift))


def test_a_way_over_the_antimeridian_is_cut_there() -> None:
    parts = [row["p"] for row in rows_of(spec(), "flows-firearms") if any(abs(lon) == 180 for lon, _ in row["p"])]
    assert len(parts) >= 2
    assert max(step for part in parts for step in steps(part)) < 10


def test_labels_do_not_overlap_at_the_first_zoom() -> None:
    rows = layers.flow_rows(VIEW)
    names = [row["t"] for row in marks.label_rows(rows, 0.5, None)]
    assert len(names) == len(set(names)) < len(marks.label_rows(rows, 5, None))


def test_the_map_asks_no_other_host_and_every_layer_has_its_id() -> None:
    text = layers.deck_of(VIEW, layers.RELATIONS, None, layers.first_camera(VIEW)).to_json()
    ids = [layer["id"] for layer in json.loads(text)["layers"]]
    assert "http" not in text
    assert json.loads(text).get("mapProvider") is None
    assert len(ids) == len(set(ids))
    assert {"basemap-sea", "basemap-land", "basemap-disputed", "flows-firearms", "arrows-drugs"} <= set(ids)


def test_borders_are_drawn_once_and_coasts_not_at_all() -> None:
    sides = [tuple(sorted(map(tuple, side))) for line in deck.borders() for side in zip(line, line[1:], strict=False)]
    assert len(sides) == len(set(sides)) < 10_000
    drawn = shapely.MultiLineString(deck.borders())
    shapes = {name: shapely.make_valid(shapely.geometry.shape(deck.land()[name])) for name in ("FRA", "DEU", "LUX")}
    between = shapes["FRA"].intersection(shapes["DEU"]).length
    assert shapes["FRA"].boundary.intersection(shapes["DEU"].boundary).intersection(drawn).length >= 0.9 * between > 1
    assert shapes["LUX"].boundary.difference(drawn).length == 0  # small: all around
    assert shapely.geometry.shape(deck.land()["AUS"]).boundary.intersection(drawn).length == 0


def test_paths_discs_and_areas_need_one_program_each() -> None:
    """Each combination of what rows bring with them, or of depth, is a program the browser compiles before it draws."""
    chosen = routes.Chosen("city:GDL~city:HOU", CELLS)
    text = layers.deck_of(replace(VIEW, silent=SILENT), layers.RELATIONS, chosen, deck.camera(None)).to_json()
    alike = ("PathLayer", "ScatterplotLayer", "SolidPolygonLayer")
    drawn = [layer for layer in json.loads(text)["layers"] if layer["@@type"] in alike]
    kinds = Counter((layer["@@type"], _by_row(layer), json.dumps(layer.get("parameters"))) for layer in drawn)
    assert len(kinds) == len(alike)
    assert all(layer.get("pickable") or layer["highlightedObjectIndex"] == -1 for layer in drawn)
    assert min(kinds.values()) > 1


def _by_row(layer: dict[str, Any]) -> tuple[str, ...]:
    return tuple(sorted(key for key, value in layer.items() if str(value).startswith("@@=")))


def test_what_never_changes_is_fetched_once_and_not_in_the_message() -> None:
    for name, content in still.written().items():
        assert (deck.STILL / name).read_bytes() == content  # else: python -m dashboard.still
    addresses = [layer["data"] for layer in spec()["layers"] if str(layer["id"]).startswith("basemap-")][1:]
    assert [address.partition("?")[0] for address in addresses] == [
        f"app/static/{name}.json" for name in ("land", "borders", "us_states", "disputed")
    ]


def test_an_area_with_a_hole_says_where_the_hole_begins() -> None:
    square = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [0.0, 0.0]]
    hole = [[1.0, 1.0], [2.0, 1.0], [1.0, 2.0], [1.0, 1.0]]
    assert deck.flat([square]) == [0, 0, 4, 0, 4, 4, 0, 4, 0, 0]
    numbers = [value for point in [*square, *hole] for value in point]
    assert deck.flat([square, hole]) == {"positions": numbers, "holeIndices": [10]}


def test_state_lines_appear_only_with_us_divisions() -> None:
    ids = [layer["id"] for layer in spec()["layers"]]
    without = replace(VIEW, flows=VIEW.flows[~VIEW.flows["corridor_id"].str.contains("US-TX")])
    other = json.loads(layers.deck_of(without, layers.RELATIONS, None, deck.camera(None)).to_json())
    assert "basemap-states" in ids
    assert "basemap-states" not in [layer["id"] for layer in other["layers"]]


def test_a_name_that_looks_like_a_deck_expression_is_disarmed() -> None:
    hostile = VIEW.flows.assign(origin="@@=alert(1)", sources="@@#x")
    text = layers.deck_of(replace(VIEW, flows=hostile), layers.RELATIONS, None, deck.camera(None)).to_json()
    strings = [
        row[key] for layer in json.loads(text)["layers"] for row in _rows(layer) for key in ("tip", "t") if key in row
    ]
    assert strings
    assert not [value for value in strings if value.startswith("@@")]


def _rows(layer: dict[str, Any]) -> list[dict[str, Any]]:
    return layer["data"] if isinstance(layer["data"], list) else []


def test_a_map_of_nothing_is_still_a_map() -> None:
    bare = replace(VIEW, flows=VIEW.flows[:0], corridors=VIEW.corridors[:0], incidents=VIEW.incidents[:0])
    chosen = routes.Chosen("none", CELLS[:0])
    parsed = json.loads(layers.deck_of(bare, layers.RELATIONS, chosen, layers.first_camera(bare)).to_json())
    assert parsed["layers"][0]["id"] == "basemap-sea"


def test_widths_grow_with_the_count_and_four_times_the_records_is_twice_the_width() -> None:
    scale = palette.widths([400.0])
    sizes = [scale(count) for count in range(1, 401)]
    assert sizes == sorted(sizes)
    assert scale(400) == pytest.approx(2 * scale(100))
    assert scale(0) == palette.THINNEST_PX


@pytest.mark.parametrize(("value", "round_number"), [(0, 1), (1, 1), (7, 8), (10, 10), (298, 300), (301, 400)])
def test_legend_values_are_round(value: float, round_number: int) -> None:
    assert palette.rounded_up(value) == round_number


def test_the_first_view_of_the_pacific_lies_in_the_pacific() -> None:
    view = deck.zoom_to([MANILA, LOS_ANGELES])
    assert abs(view["longitude"]) > 170  # half way from 121 east to 118 west is 181 east


def test_two_thousand_ways_of_many_points_stay_below_the_ceiling_of_a_message() -> None:
    bends = [(20 + n * 0.03, 32 + (n % 2) * 0.4 + n * 0.05) for n in range(120)]
    lines = pd.DataFrame([("city:ATH~city:BEN", lon, lat) for lon, lat in bends], columns=["corridor_id", "lon", "lat"])
    many = [fixture_view.flow("firearms", "city:ATH", "city:BEN", 1 + n % 90) for n in range(2000)]
    busy = levels.seen(replace(VIEW, flows=pd.DataFrame(many), lines=lines), "place")
    rows = layers.flow_rows(busy)
    assert all(row["has_route"] for row in rows)
    assert max(len(row["p"]) for row in layers.path_rows(rows)) <= 30
    chosen = routes.Chosen("city:ATH~city:BEN", CELLS)
    assert len(layers.deck_of(busy, layers.RELATIONS, chosen, deck.camera(None)).to_json()) <= 1_000_000


def _luminance(colour: str) -> float:
    parts = [value / 255 for value in palette.rgba(colour)[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [*palette.LAYER_COLOURS.values(), *palette.RELATION_COLOURS.values()])
def test_every_colour_stands_out_from_land_and_sea(colour: str) -> None:
    for ground in (palette.LAND, palette.SEA):
        assert (_luminance(ground) + 0.05) / (_luminance(colour) + 0.05) > 2.5
    assert math.isfinite(_luminance(colour))


def test_two_layers_of_incidents_share_one_scale_and_each_has_its_colour_in_the_legend() -> None:
    few = fixture_view.incidents().head(1).assign(incident_count=2)
    many = fixture_view.incidents().iloc[[1, 2]].assign(layer="violence", incident_count=2000)
    view = replace(VIEW, incidents=pd.concat([few, many]))
    parsed = json.loads(layers.deck_of(view, layers.LAYERS, None, deck.camera(None)).to_json())
    (small,), (large,) = (rows_of(parsed, f"incidents-{name}") for name in ("terrorism", "violence"))
    assert (small["r"], large["r"]) == (palette.SMALLEST_RADIUS_PX, palette.LARGEST_RADIUS_PX)
    rows = {told: drawing for drawing, told in legend.incident_colours(view.incidents)}
    assert list(rows) == ["Terrorism: incidents", "Violence: incidents", "Violence: known only by country"]
    assert palette.layer_colour("terrorism") in rows["Terrorism: incidents"]
    assert palette.layer_colour("violence") in rows["Violence: incidents"]
    sizes = {told: drawing for drawing, told in legend.disc_sizes(layers.disc_scale((view,)))}
    assert f'r="{large["r"]:g}"' in sizes["2,000 incidents"]
    assert legend.INK in sizes["2,000 incidents"]
    assert all(escape(said) in legend.marks(view) for said in (*rows, *sizes))


SILENT = pd.DataFrame({"country_id": ["MLI", "PER", "XXX"], "name": ["Mali", "Peru", "Nowhere"]})


def test_a_country_that_reports_nothing_is_hatched_and_says_so() -> None:
    parsed = json.loads(layers.deck_of(replace(VIEW, silent=SILENT), layers.LAYERS, None, deck.camera(None)).to_json())
    tips = list(dict.fromkeys(area["tip"] for area in rows_of(parsed, "silent")))
    assert tips == [f"{name}\n{words.NOT_REPORTED}" for name in ("Mali", "Peru")]
    assert rows_of(parsed, "silent-hatching")
    assert "silent" not in [layer["id"] for layer in spec()["layers"]]


def test_hatching_stays_within_its_country_and_rises_to_the_east() -> None:
    lines = deck.hatching("MLI")
    assert len(lines) > 5
    for (west, south), (east, north) in (sorted((part[0], part[-1])) for part in lines):
        assert -12.5 < west <= east < 4.5
        assert 10 < south <= north < 25.2
        assert north - south == pytest.approx(east - west, abs=0.03)


def test_none_seen_not_reported_and_withheld_have_a_key_each() -> None:
    withheld = pd.DataFrame({"layer": ["human_trafficking"] * 2, "cell_count": [3, 1]})
    told = [said for _, said in legend.silences(replace(VIEW, silent=SILENT, withheld=withheld))]
    some = ["reports some of the chosen layers;", "no line: none seen or not reported"]
    assert told == [*some, "nothing reported of the chosen layers", "4 small counts withheld, not drawn"]
    assert [said for _, said in legend.silences(VIEW)] == some
    within = replace(VIEW, filters=replace(VIEW.filters, region=("Oceania",)))
    assert [said for _, said in legend.silences(within)] == [*some, "outside the chosen region: not asked"]


def test_a_dark_map_has_no_colour_of_the_light_one() -> None:
    light = layers.deck_of(replace(VIEW, silent=SILENT), layers.RELATIONS, None, deck.camera(None))
    light.__class__ = deck.DarkDeck
    text = light.to_json()
    for colour in (palette.SEA, palette.LAND, palette.PLACE, *palette.RELATION_COLOURS.values()):
        if palette.DARK[colour] != colour:
            assert f"[{','.join(map(str, palette.rgba(colour)[:3]))}," not in text
    assert f"[{','.join(map(str, palette.rgba(palette.DARK[palette.LAND])))}]" in text


def test_a_phone_sees_the_busiest_flows_and_a_laptop_still_all_of_them() -> None:
    world = [(-100.0, 40.0), (-90.0, 15.0), (10.0, 50.0), (170.0, -40.0)]
    usual = {"longitude": 10.0, "latitude": 20.0, "zoom": 0.9}  # 512 * 2**0.9 = 955 pixels for 360 degrees
    turned = deck.leaning(usual, world, [(-100.0, -90.0, 95.0), (10.0, 170.0, 5.0)])
    reach = 320 / 2 * 360 / 955.4  # degrees from the middle to the edge of a phone
    assert turned["longitude"] == pytest.approx(-100 + reach, abs=0.1)
    assert (turned["zoom"], turned["latitude"]) == (0.9, 20.0)
    near = {"longitude": 0.0, "latitude": 45.0, "zoom": 2.0}  # 2048 pixels: 940 are 165.2 degrees, 320 are 56.25
    ends = [(-60.0, 45.0), (60.0, 45.0)]  # the laptop's half, 82.6, leaves 22.6 degrees to turn
    assert deck.leaning(near, ends, [(-45.0, -40.0, 1.0)])["longitude"] == pytest.approx(-45 + 28.125, abs=0.1)
    assert deck.leaning(near, ends, [(-60.0, -50.0, 1.0)]) == near  # 31.9 degrees: a laptop would lose 60 east
    assert deck.leaning(near, ends, [(5.0, 6.0, 1.0)]) == near
