"""Borders, hubs and countries on small made-up tables and on the sample, and what the page says of them."""

import math
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from dashboard import assemble, hubs, tables_hubs, whatif, words
from dashboard.filters import Filters
from dashboard.hubs import BORDER_KEYS, BORDER_WAYS, Hubs
from dashboard.stores import Store
from dashboard.whatif import WhatIf
from data import places
from data.errors import FilterError
from tests.dashboard.screen import Open, opener
from tests.dashboard.screen import words as screen_words

NAMES = {"BGR": "Bulgaria", "TUR": "Türkiye", "GRC": "Greece", "city:SOF": "Sofia", "city:IST": "Istanbul"}
BORDERS = pd.DataFrame(
    [
        ("firearms", "BGR", "TUR", 9.0, 1.0, 2.0, 8.0),
        ("drugs", "BGR", "TUR", 10.0, 30.0, 20.0, 20.0),
        ("firearms", "BGR", "GRC", 50.0, 0.0, 25.0, 25.0),
    ],
    columns=["layer", "country_a", "country_b", "there", "back", "before", "after"],
)
FLOWS = pd.DataFrame(
    [
        ("firearms", "city:SOF", "city:IST", "BGR", "TUR", 9),
        ("firearms", "city:IST", "BGR", "TUR", "BGR", 1),
        ("drugs", "city:IST", "city:SOF", "TUR", "BGR", 30),
        ("drugs", "BGR", "city:SOF", "BGR", "BGR", 4),
        ("drugs", "city:SOF", "GRC", "BGR", "GRC", 7),
    ],
    columns=["layer", "origin_id", "destination_id", "origin_country", "destination_country", "record_count"],
)
REPORTS = pd.DataFrame(
    [("firearms", "BGR", 2019, 3, 0), ("firearms", "BGR", 2021, 4, 1), ("drugs", "BGR", 2020, 0, 5)],
    columns=["layer", "country_id", "year", "record_count", "spanning_count"],
)
FIXED_LINKS = (("FRA", "GBR"), ("DNK", "SWE"), ("BHR", "SAU"), ("MYS", "SGP"), ("CHN", "MAC"))
KNOWN_ROADS = (
    ("city:MDA:chisinau", "city:POL:warsaw", "MDA", "UKR", "POL"),
    ("city:BGR:sofia", "city:TUR:istanbul", "BGR", "TUR"),  # past the corner of Greece
    ("city:MEX:guadalajara", "city:USA:houston", "MEX", "USA"),
    ("city:CAN:vancouver", "city:USA:los-angeles", "CAN", "USA"),
    ("city:IND:mumbai", "city:NPL:kathmandu", "IND", "NPL"),
    ("city:BRA:sao-paulo", "city:PRY:asuncion", "BRA", "PRY"),
)
BOTH = ["Bulgaria – Türkiye", "Bulgaria – Greece"]
LEVELS = {name: "place" if name.startswith("city") else "country" for name in NAMES}
VIEW = Hubs(
    release_id="r1",
    is_synthetic=True,
    marking="TLP:CLEAR",
    filters=Filters(layers=("firearms", "drugs")),
    totals=pd.DataFrame({"layer": ["firearms", "drugs"], "record_count": [10, 41]}),
    others=("drugs",),
    borders=BORDERS,
    hubs=pd.DataFrame(
        [("firearms", "city:SOF", 9.0, 0.0, 4.0, 5.0), ("drugs", "city:SOF", 7.0, 34.0, 20.0, 21.0)],
        columns=["layer", "place_id", "there", "back", "before", "after"],
    ),
    flows=FLOWS,
    reports=REPORTS,
    places=pd.DataFrame({"name": NAMES, "level": LEVELS}),
    halves=(date(2020, 1, 1), date(2020, 1, 11), date(2020, 1, 21)),
    coarse=(),
)


def ranked(table: pd.DataFrame = BORDERS, days: tuple[int, int] = (10, 10)) -> pd.DataFrame:
    found = hubs.ranked(table, BORDER_KEYS, "drugs", days)
    return found.set_index(found["country_a"] + "-" + found["country_b"])


def test_score_and_d_come_from_the_columns_shown() -> None:
    row = ranked().loc["BGR-TUR"]
    assert row["score"] == pytest.approx(20)  # sqrt((9 + 1) x (10 + 30))
    assert row["d"] == pytest.approx(0.8 * -0.5)  # (9 - 1) / 10 x (10 - 30) / 40
    assert (row["firearms_share"], row["other_share"]) == pytest.approx((0.9, 0.25))
    table = tables_hubs.border_table(VIEW, "drugs").iloc[0]
    there, back = table["Firearms A → B"], table["Firearms B → A"]
    others = table["Drugs A → B"] + table["Drugs B → A"]
    assert table["Score"] == round(math.sqrt((there + back) * others), 1) == 20
    assert (table["A"], table["B"], table["D"], table["All layers"]) == ("Bulgaria", "Türkiye", -0.4, 50)


def test_a_border_of_one_layer_scores_nothing_and_has_no_d() -> None:
    rows = ranked()
    assert rows.index.tolist() == ["BGR-TUR", "BGR-GRC"]  # the busier one comes last: nothing meets there
    assert rows.loc["BGR-GRC", "score"] == 0
    assert rows["d"].isna()["BGR-GRC"]
    assert rows["other_share"].isna()["BGR-GRC"]


def test_fewer_than_five_records_of_a_layer_have_no_d() -> None:
    is_firearms = (BORDERS["layer"] == "firearms") & (BORDERS["country_b"] == "TUR")
    few = BORDERS.assign(there=BORDERS["there"].where(~is_firearms, 4.9), back=BORDERS["back"].where(~is_firearms, 0.0))
    row = ranked(few).loc["BGR-TUR"]
    assert row["score"] > 0
    assert pd.isna(row["d"])


def test_reversing_one_layer_flips_d_and_swapping_the_layers_does_not() -> None:
    is_drugs = BORDERS["layer"] == "drugs"
    turned = BORDERS.assign(
        there=BORDERS["there"].where(~is_drugs, BORDERS["back"]),
        back=BORDERS["back"].where(~is_drugs, BORDERS["there"]),
    )
    swapped = BORDERS.assign(layer=BORDERS["layer"].map({"firearms": "drugs", "drugs": "firearms"}))
    assert ranked(turned).loc["BGR-TUR", "d"] == pytest.approx(0.4)
    assert ranked(swapped).loc["BGR-TUR", "d"] == pytest.approx(-0.4)
    assert ranked(swapped).loc["BGR-TUR", "score"] == pytest.approx(20)


def test_the_trend_is_a_ratio_per_day_with_its_interval() -> None:
    even, short = ranked().loc["BGR-GRC"], ranked(days=(20, 10)).loc["BGR-GRC"]
    assert even["firearms_ratio"] == pytest.approx(1)  # 25 and 25 in as many days
    assert short["firearms_ratio"] == pytest.approx(2)  # 25 in half the days
    assert even["firearms_low"] < 1 < even["firearms_high"]
    assert tables_hubs.border_table(VIEW, "drugs")["Drugs, second half / first"].tolist()[1] == words.TOO_FEW


def test_a_layer_whose_dates_span_both_halves_has_no_trend() -> None:
    view = replace(VIEW, coarse=("firearms",))
    shown = tables_hubs.border_table(view, "drugs")
    assert set(shown["Firearms, second half / first"]) == {"Dates too coarse"}
    assert "Dates too coarse" not in set(shown["Drugs, second half / first"])


@pytest.mark.parametrize(
    ("since", "until", "middle"),
    [
        (date(2016, 1, 1), date(2019, 1, 1), date(2018, 1, 1)),
        (date(2014, 1, 1), date(2018, 1, 1), date(2016, 1, 1)),
        (date(2016, 1, 1), date(2017, 1, 1), date(2016, 7, 2)),
    ],
)
def test_the_second_half_begins_with_a_year_where_there_are_two(
    store: Store, since: date, until: date, middle: date
) -> None:
    assert hubs.hubs(store, Filters(since=since, until=until)).halves == (since, middle, until)


def test_victims_counted_by_three_years_have_no_trend_where_these_span_the_middle(store: Store) -> None:
    view = hubs.hubs(store, Filters(since=date(2019, 1, 1), until=date(2022, 1, 1)))
    assert view.coarse == ("human_trafficking",)


def test_halves_add_up_and_what_would_be_shown_as_nothing_is_left_out() -> None:
    columns = ["layer", "country_a", "country_b", "onward", "back"]
    first = pd.DataFrame([("drugs", "A", "B", 1.25, 0.5), ("drugs", "A", "C", 0.04, 0.0)], columns=columns)
    second = pd.DataFrame([("drugs", "A", "B", 2.0, 0.0), ("firearms", "B", "C", 0.0, 3.0)], columns=columns)
    found = hubs.both_halves([first, second], BORDER_KEYS, BORDER_WAYS)
    assert found.to_numpy().tolist() == [
        ["drugs", "A", "B", 3.2, 0.5, 1.8, 2.0],  # 3.25 rounds to the even 3.2, 1.75 to 1.8
        ["firearms", "B", "C", 0.0, 3.0, 0.0, 3.0],
    ]


def test_nothing_gives_empty_tables() -> None:
    bare = replace(VIEW, borders=BORDERS[:0], hubs=VIEW.hubs[:0], flows=FLOWS[:0], reports=REPORTS[:0])
    assert tables_hubs.border_table(bare, "drugs").empty
    assert tables_hubs.hub_table(bare, "drugs").empty
    assert hubs.countries(bare) == []
    assert hubs.profile(bare, "BGR").ways["out_count"].tolist() == [0, 0]
    assert hubs.profile(bare, "BGR").partners.empty


def test_a_profile_keeps_out_in_and_within_apart() -> None:
    ways = hubs.profile(VIEW, "BGR").ways.set_index("layer")
    assert list(ways.loc["firearms"]) == [9, 1, 0]
    assert list(ways.loc["drugs"]) == [7, 30, 4]
    assert list(hubs.profile(VIEW, "TUR").ways.set_index("layer").loc["drugs"]) == [30, 0, 0]


def test_partners_are_countries_the_largest_first() -> None:
    partners = hubs.profile(VIEW, "BGR").partners
    assert partners.to_numpy().tolist() == [["firearms", "TUR", 9, 1], ["drugs", "TUR", 0, 30], ["drugs", "GRC", 7, 0]]


def test_coverage_of_a_country_tells_years_without_records_apart_from_none_at_all() -> None:
    table = tables_hubs.coverage_table(hubs.profile(VIEW, "BGR"))
    assert table.to_numpy().tolist() == [
        ["Firearms", "7", "2019", "2021", "2"],
        ["Drugs", "0", words.DASH, words.DASH, "0"],
    ]


def test_own_borders_are_told_from_the_countrys_side() -> None:
    own = tables_hubs.own_borders(VIEW, "TUR").set_index("Layer")
    assert list(own.loc["Drugs"]) == ["Bulgaria", "30.0", "10.0"]
    assert list(own.loc["Firearms"]) == ["Bulgaria", "1.0", "9.0"]


def test_hubs_are_named_with_what_is_known_of_them() -> None:
    row = tables_hubs.hub_table(VIEW, "drugs").iloc[0]
    assert (row["Place"], row["Known as"], row["Firearms out"], row["Drugs in"]) == ("Sofia", "Town or place", 9, 34)


def test_a_closure_is_told_in_plain_words() -> None:
    found = closure(
        ("firearms", "Sofia", "Istanbul", "road", 9.04, 550.4, 700.0, 0.5, None, False),
        ("firearms", "Sofia", "Athens", "road", 3.0, 400.0, math.nan, 1.0, "sea, air", False),
        ("drugs", "Sofia", "Kabul", "road", 1.26, 800.0, math.nan, 1.0, None, True),
    )
    told = tables_hubs.changed_flows(found)
    assert told["By"].tolist() == ["by road"] * 3
    assert told["Way now, km"].tolist() == [550, 400, 800]
    assert told["Part of the way that moves"].tolist() == ["50 %", "100 %", "100 %"]
    assert told["Would have to change to"].tolist() == [words.DASH, "sea, air", words.DASH]
    assert told["No way left"].tolist() == [False, False, True]
    assert whatif.summary(found) == (
        "If the border closed: 3 flows would change. 1 (9.0 weighted records) would run another way by the same means; "
        "1 (3.0 weighted records) would, it is assumed, change to sea or air; 1 (1.3 weighted records) "
        "would have no way left by any means."
    )
    then = tables_hubs.switched_flows(found)
    assert then[["Now", "Then"]].to_numpy().tolist() == [["by road", "by sea"], ["by road", "by air"]]
    assert then["Weighted records"].sum() == 3.0
    assert tables_hubs.changed_borders(VIEW, found)["Border"].tolist() == BOTH  # the closed one among them


def test_a_closure_that_changes_nothing_says_so() -> None:
    assert whatif.summary(closure()) == "If the border closed: 0 flows would change."


def closure(*flows: tuple[object, ...]) -> WhatIf:
    switched = [("firearms", "Sofia", "Athens", "road", *to) for to in (("sea", 1.0, 900.0), ("air", 2.0, 520.0))]
    borders = [("firearms", "BGR", "TUR", 9.0, 0.0, -9.0), ("firearms", "BGR", "GRC", 0.0, 9.0, 9.0)]
    return WhatIf(
        "the border",
        pd.DataFrame(flows, columns=list(whatif.FLOW_COLUMNS)).astype({"is_blocked": bool}),
        pd.DataFrame(switched, columns=list(whatif.SWITCHED_COLUMNS)),
        pd.DataFrame(borders, columns=list(whatif.BORDER_COLUMNS)),
    )


def test_names_that_look_like_instructions_are_disarmed() -> None:
    hostile = replace(VIEW, places=VIEW.places.assign(name="<b>$x$</b>"))
    assert "<" not in "".join(tables_hubs.border_table(hostile, "drugs")["A"])


def test_both_halves_of_the_sample_are_its_whole(store: Store) -> None:
    view = hubs.hubs(store, Filters())
    flows = assemble.flows(store, Filters())
    weight = flows[flows["layer"] == "firearms"]["weight"].sum()
    mine = view.hubs[view.hubs["layer"] == "firearms"]
    assert mine["there"].sum() == pytest.approx(weight, rel=0.005)  # but for rounding
    assert (mine["before"] + mine["after"]).sum() == pytest.approx((mine["there"] + mine["back"]).sum(), rel=0.01)
    assert set(view.others) == {"drugs", "human_trafficking"}
    assert {"suez", "panama"} <= set(hubs.passages())


def test_every_border_of_the_sample_is_between_countries_that_touch(store: Store) -> None:
    outlines = gpd.read_file(places.REFERENCE / "countries.geojson").set_index("id").geometry
    met = {frozenset(pair) for pair in store.crossings[["from_country", "to_country"]].itertuples(index=False)}
    apart = {pair for pair in met if outlines[min(pair)].distance(outlines[max(pair)]) > 0}
    assert len(met) > 100
    assert apart <= {frozenset(pair) for pair in FIXED_LINKS}


def test_well_known_roads_of_the_sample_cross_the_borders_they_are_known_for(store: Store) -> None:
    for place_a, place_b, *countries in KNOWN_ROADS:
        mine = store.crossings.query("place_a == @place_a and place_b == @place_b and network == 'road'")
        likely = mine[mine["probability"] > 0.5]
        ways = set(likely[["from_country", "to_country"]].itertuples(index=False, name=None))
        assert ways == set(pairwise(countries)), (place_a, place_b)


def test_a_blocked_road_keeps_its_records_and_nothing_changes_means_where_a_road_is_left(store: Store) -> None:
    found = whatif.whatif(store, Filters(region=("Americas",)), "MEX-USA")
    flows = found.flows[found.flows["changes_to"].notna()]
    assert len(flows) > 0
    assert found.switched["records"].sum() == pytest.approx(flows["records"].sum())
    assert found.flows.loc[found.flows["km_after"].notna(), "changes_to"].isna().all()
    closed = found.borders[(found.borders["country_a"] == "MEX") & (found.borders["country_b"] == "USA")]
    assert (closed["before"] > 0).all()
    assert (closed["after"] == 0).all()


def test_an_unknown_region_is_an_error_and_a_silent_region_an_empty_view(store: Store) -> None:
    with pytest.raises(FilterError):
        hubs.hubs(store, Filters(commodity=("drugs:unobtainium",)))
    empty = hubs.hubs(store, Filters(min_count=10**6))
    assert (len(empty.borders), len(empty.hubs), empty.others) == (0, 0, ())


@pytest.fixture
def open_page(sample_root: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Return a function that opens the page alone on a store, with a link's parameters."""
    return partial(opener(sample_root, monkeypatch), "hubs")


def test_the_page_shows_the_ranking_of_the_store(open_page: Open, store: Store) -> None:
    app = open_page()
    assert not app.exception
    wanted = tables_hubs.border_table(hubs.hubs(store, Filters()), "drugs")
    assert app.dataframe[0].value["Score"].tolist() == wanted["Score"].head(tables_hubs.LISTED).tolist()
    assert "SYNTHETIC" in screen_words(app)
    assert "Score = √((F→ + F←)" in screen_words(app)
    assert "Country profile" in screen_words(app)


def test_closing_a_border_lists_what_changes_with_its_caveat(open_page: Open) -> None:
    app = open_page(region="Americas")
    assert "Not a forecast" in screen_words(app)
    assert "we assume that they change to other means" in screen_words(app)
    app.selectbox(key="hub_closing").set_value("GTM-MEX")
    app.button(key="hub_ask").click().run()
    assert not app.exception
    assert "If the land border between Guatemala and Mexico closed" in screen_words(app)


def test_a_choice_without_a_second_layer_says_what_to_do(open_page: Open) -> None:
    assert "Choose another layer" in screen_words(open_page(layers="firearms"))
    assert "Switch Firearms on" in screen_words(open_page(layers="drugs"))


def test_nonsense_in_the_link_and_a_missing_release_are_sentences(open_page: Open, tmp_path: Path) -> None:
    app = open_page(region="Atlantis", since="yesterday")
    assert not app.exception
    assert "was ignored" in screen_words(app)
    assert "no release here" in open_page(root=tmp_path).error[0].value
