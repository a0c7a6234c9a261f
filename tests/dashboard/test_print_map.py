"""The map for paper: the same bytes for the same view, lines in their direction, nothing hidden by a label."""

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from dashboard import palette, print_map, print_map_ground, print_map_labels, print_map_legend
from dashboard.marks import records
from dashboard.print_map_legend import Box
from dashboard.view import Explore
from tests.dashboard import fixture_view

VIEW = fixture_view.explore()
SCALE = palette.Scale(200, 7.0)
MAGIC = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_the_same_view_gives_the_same_bytes(form: str) -> None:
    once, again = (print_map.picture(VIEW, form, "TLP:CLEAR") for _ in range(2))
    assert once == again
    assert once.startswith(MAGIC[form])


def test_a_png_has_300_dots_an_inch_and_is_three_by_two() -> None:
    image = Image.open(io.BytesIO(print_map.picture(VIEW, "png", "TLP:CLEAR")))
    assert image.size == (2700, 1800)
    assert round(image.info["dpi"][0]) == 300


def test_an_empty_view_is_a_map_of_the_world() -> None:
    nothing = replace(VIEW, flows=VIEW.flows.iloc[:0], corridors=VIEW.corridors.iloc[:0], lines=VIEW.lines.iloc[:0])
    image = Image.open(io.BytesIO(print_map.picture(nothing, "png", "TLP:CLEAR"))).convert("RGB")
    pixels = np.asarray(image)
    land = (pixels == palette.rgba(palette.LAND)[:3]).all(axis=2).sum()
    assert land > 0.15 * image.size[0] * image.size[1]


def test_ten_thousand_lines_are_not_blank_and_not_spaghetti() -> None:
    many = pd.concat([VIEW.flows] * 170, ignore_index=True)
    crowded = replace(VIEW, flows=many.assign(corridor_id=[f"x{at}" for at in range(len(many))], is_shown=True))
    emphasis = print_map.of_view(crowded)
    main = print_map.main_rows(crowded, emphasis)
    assert 0 < len(main) <= print_map.MAIN_FLOWS
    assert len(print_map.context_rows(crowded, main, emphasis.first)) <= print_map.CONTEXT_FLOWS
    assert len(print_map.picture(crowded, "png", "TLP:CLEAR")) > 50_000


def test_numbered_corridors_are_those_with_a_word() -> None:
    chosen = print_map.of_view(VIEW)
    assert chosen.corridors["relation"].tolist() == ["inverse", "common"]
    main = print_map.main_rows(VIEW, chosen)
    assert set(main["layer"]) == {"firearms", "drugs"}
    assert set(main["corridor_id"]) == set(chosen.corridors["corridor_id"])


def pair(**changed: int) -> tuple[Explore, print_map.Emphasis]:
    """Return a view of two parts of one layer without a numbered corridor, and what its map is about."""
    parts = VIEW.flows[VIEW.flows["layer"].isin(["drugs", "firearms"])].assign(**changed)
    parts["layer"] = parts["layer"].map({"drugs": "drugs:cocaine", "firearms": "drugs:opiates"})
    none = VIEW.corridors.iloc[:0]
    return replace(VIEW, flows=parts), print_map.Emphasis("drugs:opiates", none, "drugs:cocaine")


def test_without_a_number_both_layers_of_a_pair_are_drawn_and_differ() -> None:
    view, emphasis = pair()
    main = print_map.main_rows(view, emphasis)
    assert main["layer"].value_counts().to_dict() == {"drugs:opiates": 4, "drugs:cocaine": 4}
    colours = main.groupby("layer")["colour"].unique()
    assert [len(each) for each in colours] == [1, 1]
    assert colours.iloc[0][0] != colours.iloc[1][0]
    keys = {key.said: key.colour for key in print_map_legend.keys(main, emphasis.first, SCALE, has_context=False)}
    assert {name: keys[f"Drugs ({name})"] for name in ("opiates", "cocaine")} == {
        name: colours[f"drugs:{name}"][0] for name in ("opiates", "cocaine")
    }


def test_a_count_too_small_to_be_told_has_no_line() -> None:
    for count, drawn in ((2, 0), (3, 8)):
        view, emphasis = pair(record_count=count)
        assert len(print_map.main_rows(view, emphasis)) == drawn
    assert len(print_map.picture(pair(record_count=2)[0], "svg", "TLP:CLEAR", pair()[1])) > 0


def line(origin: tuple[float, float], destination: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return a straight flow drawn to the right of its way, and its arrow."""
    from dashboard import curves

    frame = print_map_ground.fitted([[origin, destination]])
    row = {"curve": curves.curve(origin, destination, 0.0), "has_route": False, "offset_px": 5.0}
    drawn = print_map.line_of(row, frame)
    return drawn, print_map.arrow(drawn, (0.6,), 4.0)


def test_there_and_back_lie_on_either_side_and_point_apart() -> None:
    east, west = line((0.0, 0.0), (10.0, 0.0)), line((10.0, 0.0), (0.0, 0.0))
    assert east[0][0][0] < east[0][-1][0]
    assert west[0][0][0] > west[0][-1][0]
    assert west[0][:, 1].mean() - east[0][:, 1].mean() == pytest.approx(10.0)  # 5 points below and 5 above
    assert east[1][0][0] > east[1][1:, 0].max()  # the tip is the easternmost corner
    assert west[1][0][0] < west[1][1:, 0].min()


def test_a_line_across_the_antimeridian_is_short() -> None:
    frame = print_map_ground.fitted([[(170.0, 0.0), (190.0, 0.0)], [(-175.0, 5.0), (-172.0, 5.0)]])
    assert print_map_ground.WIDTH_PT / frame.lon_pt < 60
    at = frame.points([(-179.0, 0.0), (-178.0, 0.0)])
    assert 0 < at[0][0] < print_map_ground.WIDTH_PT


def test_the_map_is_true_to_scale_in_its_middle() -> None:
    frame = print_map_ground.fitted([[(0.0, 59.0), (10.0, 61.0)]])
    assert frame.lon_pt / frame.lat_pt == pytest.approx(0.5)  # cos 60°


def test_the_legend_has_the_numbers_of_its_scale() -> None:
    chosen = print_map.of_view(VIEW)
    main, scale = print_map.scaled(
        print_map.main_rows(VIEW, chosen), print_map_ground.fitted([[(0.0, 0.0), (9.0, 9.0)]])
    )
    told = [key.said for key in print_map_legend.keys(main, "firearms", scale, has_context=False)]
    assert main["record_count"].max() == 200
    assert told[-4:] == ["2 records", "20 records", "200 records", "disputed border"]
    assert "Firearms, inverse: opposite way" in told
    assert "Firearms, common: same way" in told


def test_boxes_meet_only_where_they_overlap() -> None:
    box = Box(0, 0, 10, 10)
    assert box.meets(Box(9, 9, 20, 20))
    assert not box.meets(Box(10, 0, 20, 10))
    assert not box.meets(Box(0, 10, 10, 20))


def test_names_on_the_map_do_not_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    placed: list[Box] = []
    plain = print_map_labels._name

    def kept(*given: object) -> Box | None:
        found = plain(*given)  # type: ignore[arg-type]
        placed.extend([found] if found else [])
        return found

    monkeypatch.setattr(print_map_labels, "_name", kept)
    print_map.picture(VIEW, "svg", "TLP:CLEAR")
    assert len(placed) > 3
    assert not any(a.meets(b) for at, a in enumerate(placed) for b in placed[:at])


def test_the_lesser_direction_is_left_out_below_a_quarter() -> None:
    pair = VIEW.flows[VIEW.flows["corridor_id"] == fixture_view.corridor_id("city:MNL", "city:LAX")].copy()
    is_back = pair["origin_id"] == "city:LAX"
    chosen = print_map.of_view(VIEW)
    for count, drawn in ((24, 2), (25, 4)):
        pair["record_count"] = np.where(is_back, count, 100)
        rows = print_map.main_rows(replace(VIEW, flows=pair), chosen)
        assert len(records(rows)) == drawn
