"""Flows drawn as one: no total changes between levels, relations stay those of the parts, a line leads to its parts."""

import json
import random
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from dashboard import deck, layers, legend, levels, palette, words
from dashboard.filters import Filters
from dashboard.pages import tables
from dashboard.view import Explore
from data.places import gazetteer
from tests.dashboard import fixture_view

LAYERS = fixture_view.LAYERS
COUNTRIES = ("USA", "MEX", "CAN", "FRA", "ESP")


def places(country_ids: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Return countries and three divisions of each, by place_id."""
    known = gazetteer().places
    chosen = known if country_ids is None else known[known["country_id"].isin(country_ids)]
    lower = chosen[chosen["level"] == "admin1"].groupby("country_id").head(3)
    return pd.concat([chosen[chosen["level"] == "country"], lower]).set_index("place_id")


def flow(known: pd.DataFrame, layer: str, ends: tuple[str, str], count: int) -> dict[str, object]:
    """Return one flow between two of these places."""
    row = fixture_view.flow(layer, "city:MNL", "city:LAX", count)
    for end, place_id in zip(("origin", "destination"), ends, strict=True):
        place = known.loc[place_id]
        row |= {f"{end}_id": place_id, end: place["name"], f"{end}_level": place["level"]}
        row |= {f"{end}_lon": place["lon"], f"{end}_lat": place["lat"]}
    return row | {"corridor_id": "~".join(sorted(ends))}


def view_of(rows: list[dict[str, object]], known: pd.DataFrame, words: dict[str, str] | None = None) -> Explore:
    """Return a view of these flows; ``words`` gives corridors their relation."""
    ordered = pd.DataFrame(rows).sort_values(["layer", "record_count"], ascending=[True, False], ignore_index=True)
    related = pd.DataFrame(list((words or {}).items()), columns=["corridor_id", "relation"])
    bare = fixture_view.explore()
    return replace(bare, flows=ordered, places=known, corridors=related, routes=bare.routes[:0], lines=bare.lines[:0])


@pytest.fixture(scope="module")
def many() -> Explore:
    """Return 5,000 made-up flows of three layers all over the world, all asked to be drawn."""
    known, draw = places(), random.Random(7)  # noqa: S311  # a fixed seed, no secret
    ids = known.index.tolist()
    rows = [flow(known, LAYERS[n % 3], tuple(draw.sample(ids, 2)), draw.randint(1, 500)) for n in range(5000)]
    return replace(view_of(rows, known), filters=Filters(top=2000))


@pytest.mark.parametrize("level", levels.LEVELS)
def test_drawn_and_not_drawn_and_within_add_up_to_every_layers_records(many: Explore, level: str) -> None:
    seen = levels.seen(many, level)
    whole = many.flows.groupby("layer")["record_count"].sum()
    for layer in LAYERS:
        mine = seen.flows[seen.flows["layer"] == layer]
        inside = seen.within.loc[seen.within["layer"] == layer, "record_count"].sum()
        drawn, left = (mine.loc[mine["is_shown"] == shown, "record_count"].sum() for shown in (True, False))
        assert drawn > 0
        assert drawn + left + inside == whole[layer]


@pytest.mark.parametrize("level", levels.LEVELS)
def test_the_message_stays_below_a_megabyte_at_every_level(many: Explore, level: str) -> None:
    seen = levels.seen(many, level)
    assert len(layers.deck_of(seen, layers.RELATIONS, None, deck.camera(None)).to_json()) <= 1_000_000
    assert 400 <= seen.flows["is_shown"].sum() <= levels.MOST_LINES


def test_coarser_levels_have_fewer_lines(many: Explore) -> None:
    assert levels.offered(many) == ["place", "country", "region"]  # divisions are the finest places here
    counts = [len(levels.seen(many, level).flows) for level in ("place", "country", "region")]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) == 3


KNOWN = places(COUNTRIES)
ONE, TWO = (KNOWN.index[KNOWN["parent_id"] == country].tolist() for country in ("USA", "MEX"))


def test_a_line_sums_its_parts_in_each_direction() -> None:
    rows = [flow(KNOWN, "drugs", (ONE[0], TWO[0]), 5), flow(KNOWN, "drugs", (ONE[1], TWO[1]), 7)]
    back = [flow(KNOWN, "drugs", (TWO[2], ONE[2]), 11), flow(KNOWN, "drugs", (ONE[0], ONE[1]), 13)]
    seen = levels.seen(view_of(rows + back, KNOWN), "country")
    found = seen.flows.set_index(["origin_id", "destination_id"])["record_count"].to_dict()
    assert found == {("USA", "MEX"): 5 + 7, ("MEX", "USA"): 11}
    assert seen.within[["unit_id", "unit", "record_count"]].to_numpy().tolist() == [["USA", "United States", 13]]
    assert [row["tip"] for row in layers.ring_rows(seen)] == ["Drugs within United States\n13 records on 1 flow"]


def test_a_record_weighted_middle_is_where_a_country_is_drawn() -> None:
    rows = [flow(KNOWN, "drugs", (ONE[0], "FRA"), 300), flow(KNOWN, "drugs", ("USA", "FRA"), 900)]
    (line,) = levels.seen(view_of(rows, KNOWN), "country").flows.to_dict("records")
    assert (line["origin_lon"], line["origin_lat"]) == pytest.approx(tuple(KNOWN.loc[ONE[0], ["lon", "lat"]]))
    assert line["destination_lon"] == pytest.approx(KNOWN.loc["FRA", "lon"])


PARTS = [(ONE[0], TWO[0]), (ONE[1], TWO[1]), (ONE[2], TWO[2])]
CORRIDORS = ["~".join(sorted(ends)) for ends in PARTS]


@pytest.mark.parametrize(
    ("counts", "said", "relation"),
    [
        ((10, 20, 30), ("inverse", "inverse", "inverse"), "inverse"),
        ((10, 20, 30), ("inverse", "common", "inverse"), palette.DIFFERING),
        ((10, 10, 20), ("inverse", "inverse", None), "inverse"),  # 20 of 40 records are enough
        ((10, 10, 21), ("inverse", "inverse", None), "insufficient"),  # 20 of 41 are not
        ((1, 1, 98), ("inverse", "common", None), palette.DIFFERING),
        ((1, 1, 1), (None, None, None), "insufficient"),
    ],
)
def test_a_line_takes_a_relation_only_where_its_parts_agree(
    counts: tuple[int, ...], said: tuple[str | None, ...], relation: str
) -> None:
    rows = [flow(KNOWN, "firearms", ends, count) for ends, count in zip(PARTS, counts, strict=True)]
    known = {corridor: word for corridor, word in zip(CORRIDORS, said, strict=True) if word}
    seen = levels.seen(view_of(rows, KNOWN, known), "country")
    (line,) = layers.flow_rows(seen)
    assert line["relation"] == relation
    assert line["colour"] == palette.relation_colour(relation)


def test_the_tip_and_the_key_say_that_parts_differ() -> None:
    rows = [flow(KNOWN, "firearms", PARTS[0], 30), flow(KNOWN, "firearms", PARTS[1], 10)]
    view = view_of(rows, KNOWN, {CORRIDORS[0]: "inverse", CORRIDORS[1]: "common"})
    seen = levels.seen(view, "country")
    (line,) = layers.flow_rows(seen)
    assert "Sum of 2 flows; relation: its parts differ" in line["tip"]
    assert "inverse 1 (75 %), common 1 (25 %)" in line["tip"]
    assert "its corridors differ" in legend.colours(seen, layers.RELATIONS)
    assert "its corridors differ" not in legend.colours(view, layers.RELATIONS)


def test_the_key_names_the_relations_that_are_drawn_and_no_other() -> None:
    rows = [flow(KNOWN, "firearms", PARTS[0], 30), flow(KNOWN, "firearms", PARTS[1], 10)]
    told = legend.colours(view_of(rows, KNOWN, {CORRIDORS[0]: "inverse"}), layers.RELATIONS)
    assert "inverse: opposite way" in told
    assert "too little evidence" in told
    assert not [name for name in ("common", "mixed", "crossing") if words.RELATION_KEYS[name] in told]


def picks(seen: Explore) -> list[dict[str, Any]]:
    parsed = json.loads(layers.deck_of(seen, layers.RELATIONS, None, deck.camera(None)).to_json())
    (found,) = [layer["data"] for layer in parsed["layers"] if layer["id"] == "pick-0"]
    return list(found)


def test_a_click_on_a_line_leads_to_the_flows_it_sums() -> None:
    rows = [flow(KNOWN, "firearms", ends, 10) for ends in PARTS] + [flow(KNOWN, "drugs", PARTS[0][::-1], 4)]
    view = view_of([*rows, flow(KNOWN, "drugs", ("FRA", "ESP"), 1)], KNOWN)
    seen = levels.seen(view, "country")
    bundle = levels.Bundle.parsed(next(row["bundle"] for row in picks(seen) if "bundle" in row))
    assert bundle == levels.Bundle("country", "MEX", "USA")
    parts = levels.parts_of(view, bundle)
    drawn = seen.flows[seen.flows["bundle"] == str(bundle)].groupby("layer")["record_count"].sum()
    assert parts.groupby("layer")["record_count"].sum().to_dict() == drawn.to_dict() == {"firearms": 30, "drugs": 4}


def test_a_line_of_one_corridor_leads_straight_to_it() -> None:
    view = view_of([flow(KNOWN, "drugs", ("FRA", "ESP"), 3), flow(KNOWN, "drugs", ("ESP", "FRA"), 1)], KNOWN)
    assert {row["corridor_id"] for row in picks(levels.seen(view, "country"))} == {"ESP~FRA"}


def test_turning_every_flow_round_turns_every_line_and_changes_no_sum(many: Explore) -> None:
    names = {f"{one}{part}": f"{other}{part}" for one, other in (("origin", "destination"), ("destination", "origin"))
             for part in ("", "_id", "_lon", "_lat", "_level")}  # fmt: skip
    turned = levels.seen(replace(many, flows=many.flows.rename(columns=names)), "country").flows
    plain = levels.seen(many, "country").flows
    there = plain.set_index(["layer", "origin_id", "destination_id"])["record_count"].to_dict()
    back = turned.set_index(["layer", "destination_id", "origin_id"])["record_count"].to_dict()
    assert there == back


def test_automatic_draws_places_only_where_their_lines_can_be_told_apart() -> None:
    near = [flow(KNOWN, "firearms", ends, 10) for ends in ((ONE[0], ONE[1]), (ONE[1], ONE[2]), (ONE[0], ONE[2]))]
    view = view_of([*near, flow(KNOWN, "firearms", ("USA", "FRA"), 1)], KNOWN)
    assert levels.automatic(view, -3.0) == "country"
    assert levels.automatic(view, 5.0) == "place"


def test_the_chosen_corridor_marks_the_line_that_sums_it() -> None:
    view = view_of([flow(KNOWN, "firearms", ends, 10) for ends in PARTS], KNOWN)
    assert levels.bundle_of(view, CORRIDORS[1], "country") == levels.Bundle("country", "MEX", "USA")


@pytest.mark.parametrize("text", ["", "country", "country:USA", "galaxy:A~B", "country:~USA"])
def test_nonsense_names_no_line(text: str) -> None:
    assert levels.Bundle.parsed(text) is None


def test_a_view_of_nothing_has_no_lines_at_any_level() -> None:
    bare = replace(view_of([flow(KNOWN, "drugs", ("FRA", "ESP"), 3)], KNOWN), totals=fixture_view.totals())
    empty = replace(bare, flows=bare.flows[:0])
    for level in levels.LEVELS:
        seen = levels.seen(empty, level)
        assert seen.flows.empty
        assert levels.automatic(empty, 1.0) == "place"
        layers.deck_of(seen, layers.RELATIONS, None, deck.camera(None)).to_json()


def test_what_is_shown_is_told_in_lines_and_shares_of_records() -> None:
    rows = [flow(KNOWN, "drugs", PARTS[0], 50), flow(KNOWN, "drugs", (ONE[0], ONE[1]), 150)]
    told = levels.showing(levels.seen(view_of(rows, KNOWN), "country"), "drugs")
    assert told == "Drugs: showing 1 of 1 line between countries, 25 % of records; 75 % stay within one country"


def test_incidents_are_told_where_a_layer_has_no_flow() -> None:
    view = fixture_view.explore()
    told = levels.told(levels.seen(view, "place"))
    striking = set(view.incidents["layer"])
    assert striking
    for layer in striking:
        count = view.incidents.loc[view.incidents["layer"] == layer, "incident_count"].sum()
        assert any(f"{count:,} incident" in line for line in told)
    assert not any(
        "no flow" in line and any(line.startswith(words.layer_title(name)) for name in striking) for line in told
    )


def test_rings_that_are_not_drawn_are_told() -> None:
    rings = pd.DataFrame({"layer": ["drugs"] * (layers.RING_COUNT + 3) + ["firearms"] * layers.RING_COUNT})
    view = fixture_view.explore()
    assert layers.rings_told(replace(view, within=rings)) == "Drugs: the 40 largest of 43 rings drawn."
    assert layers.rings_told(replace(view, within=rings.tail(layers.RING_COUNT))) == ""


def test_the_table_of_the_map_holds_every_drawn_line_and_every_incident() -> None:
    view = fixture_view.explore()
    table = tables.drawn(view)
    flows, points = table[table["To"].notna()], table[table["To"].isna()]
    assert flows["Records"].tolist() == view.flows.loc[view.flows["is_shown"], "record_count"].tolist()
    assert set(flows["When"]) == {"2018 to 2024"}
    assert points["Records"].tolist() == [40, 1, 9]
    assert points["From"].tolist()[2] == "Mali"
