"""Records by time on small made-up tables: what a step holds, what it leaves out, and what changed between periods."""

import pandas as pd
import pytest

from dashboard import assemble, changes, charts_time, playback, timeline, words
from dashboard.changes import Period
from dashboard.filters import Filters
from dashboard.stores import Store
from dashboard.timeline import Timeline

PLACES = pd.DataFrame(
    [
        ("MEX", "Mexico", "country", "MEX", -102.5, 23.9),
        ("city:MEX:gdl", "Guadalajara", "place", "MEX", -103.4, 20.7),
        ("USA", "United States", "country", "USA", -98.0, 39.0),
        ("city:USA:hou", "Houston", "place", "USA", -95.4, 29.8),
    ],
    columns=["place_id", "name", "level", "country_id", "lon", "lat"],
).set_index("place_id")
HOU, GDL = "city:USA:hou", "city:MEX:gdl"


def flows(*rows: tuple[str, str, str, str, str, int]) -> pd.DataFrame:
    """Return flows of one source from (layer, origin, destination, first month, last month, records)."""
    names = ["layer", "origin_id", "destination_id", "first_month_on", "last_month_on", "record_count"]
    found = pd.DataFrame(rows, columns=names).assign(source_id="s", intended_count=0)
    return found.assign(**{name: pd.to_datetime(found[name]) for name in timeline.MONTHS})


def incidents(*rows: tuple[str, int | None, str | None, str, int]) -> pd.DataFrame:
    """Return incidents of one source from (layer, cell, country, month, incidents)."""
    found = pd.DataFrame(rows, columns=["layer", "cell", "country_id", "first_month_on", "incident_count"])
    found = found.assign(source_id="s", lon=44.0, lat=33.0, last_month_on=found["first_month_on"])
    found.loc[found["cell"].isna(), ["lon", "lat"]] = None
    return found.assign(
        cell=found["cell"].astype("Int64"), **{name: pd.to_datetime(found[name]) for name in timeline.MONTHS}
    )


def reporting(*rows: tuple[str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["layer", "country_id", "year"]).assign(source_id="s")


def made(
    flow_rows: pd.DataFrame, incident_rows: pd.DataFrame | None = None, reports: pd.DataFrame | None = None
) -> Timeline:
    """Return a view made by hand."""
    return Timeline(
        release_id="r1",
        is_synthetic=False,
        filters=Filters(),
        totals=pd.DataFrame(),
        flows=flow_rows,
        incidents=incidents() if incident_rows is None else incident_rows,
        places=PLACES,
        reporting=reporting() if reports is None else reports,
    )


MIXED = flows(
    ("firearms", HOU, GDL, "2019-03-01", "2019-03-01", 4),
    ("firearms", HOU, GDL, "2019-01-01", "2019-12-01", 7),
    ("drugs", GDL, HOU, "2019-02-01", "2019-03-01", 2),
    ("drugs", GDL, HOU, "2018-06-01", "2020-05-01", 5),
)


def test_a_record_dated_to_the_year_is_spread_over_no_month() -> None:
    found = timeline.dating(made(MIXED))
    assert found.loc[["firearms", "drugs"]].to_numpy().tolist() == [[11, 4, 4, 11], [7, 0, 2, 2]]


def test_the_year_is_offered_first_where_most_records_of_a_layer_are_dated_to_it() -> None:
    assert timeline.default_step(timeline.dating(made(MIXED))) == "year"
    assert timeline.default_step(timeline.dating(made(MIXED.iloc[:1]))) == "month"
    assert timeline.default_step(timeline.dating(made(MIXED.iloc[2:3]))) == "quarter"


def test_steps_without_a_record_are_there_too() -> None:
    rows = flows(("drugs", GDL, HOU, "2019-01-01", "2019-01-01", 1), ("drugs", GDL, HOU, "2019-04-01", "2019-04-01", 1))
    assert [f"{on:%m}" for on in timeline.steps(made(rows), "month")] == ["01", "02", "03", "04"]
    assert timeline.steps(made(MIXED.iloc[:0]), "month").empty


def test_all_layers_of_a_window_are_of_the_same_month_and_a_silent_one_is_absent() -> None:
    march = pd.Timestamp("2019-03-01")
    view = made(MIXED, incidents(("terrorism", 1, None, "2019-03-01", 6), ("terrorism", 1, None, "2019-04-01", 9)))
    found = timeline.window(view, "month", march, march)
    assert found.counts.to_dict() == {"firearms": 4, "terrorism": 6}


def test_a_longer_window_sums_its_steps() -> None:
    view = made(flows(*[("drugs", GDL, HOU, f"2019-0{m}-01", f"2019-0{m}-01", m) for m in (1, 2, 3, 4)]))
    found = timeline.window(view, "month", pd.Timestamp("2019-02-01"), pd.Timestamp("2019-04-01"))
    assert found.flows["record_count"].tolist() == [2 + 3 + 4]


def test_the_two_ways_between_two_places_stay_two_flows() -> None:
    rows = flows(("drugs", GDL, HOU, "2019-01-01", "2019-01-01", 3), ("drugs", HOU, GDL, "2019-01-01", "2019-01-01", 2))
    january = pd.Timestamp("2019-01-01")
    found = timeline.window(made(rows), "month", january, january).flows
    assert found[["origin", "destination", "record_count"]].to_numpy().tolist() == [
        ["Guadalajara", "Houston", 3],
        ["Houston", "Guadalajara", 2],
    ]
    assert found["corridor_id"].nunique() == 1


def test_the_scale_is_that_of_the_busiest_window_of_the_whole_time() -> None:
    view = made(flows(*[("drugs", GDL, HOU, f"2019-0{m}-01", f"2019-0{m}-01", n) for m, n in ((1, 5), (2, 1), (4, 4))]))
    assert [timeline.busiest(view, "month", length)[0] for length in (1, 2, 3, None)] == [5, 6, 6, 10]
    assert timeline.busiest(made(MIXED.iloc[:0]), "month", 1) == (1, 1)


def test_the_time_that_most_layers_share_is_shown_first() -> None:
    rows = [flows(("drugs", GDL, HOU, f"2019-0{m}-01", f"2019-0{m}-01", 1)) for m in (1, 2, 3, 4, 5)]
    rows += [flows(("firearms", HOU, GDL, f"2019-0{m}-01", f"2019-0{m}-01", 1)) for m in (2, 4)]
    view = made(pd.concat(rows))
    assert timeline.shared(timeline.records(view, "month"), timeline.steps(view, "month")) == (1, 3)


def test_going_on_from_a_step_stops_at_the_ends() -> None:
    moments = pd.date_range("2019-01-01", periods=3, freq="MS")
    assert timeline.nearest(moments, None) == moments[2]
    assert timeline.nearest(moments, pd.Timestamp("2019-02-17")) == moments[1]
    assert timeline.nearest(moments, pd.Timestamp("1990-01-01")) == moments[0]
    assert timeline.nearest(moments, moments[2], 1) == moments[2]
    assert timeline.nearest(moments, moments[1], -5) == moments[0]


@pytest.mark.parametrize(
    ("step", "said"), [("month", "May 2019"), ("quarter", "2nd quarter of 2019"), ("year", "2019")]
)
def test_a_step_is_named_in_words(step: str, said: str) -> None:
    assert timeline.step_label(pd.Timestamp("2019-05-01"), step) == said


def year(first: int, last: int) -> Period:
    return Period(pd.Timestamp(first, 1, 1), pd.Timestamp(last + 1, 1, 1))


def yearly(layer: str, origin: str, destination: str, counts: dict[int, int]) -> pd.DataFrame:
    """Return records dated to the year."""
    return flows(*[(layer, origin, destination, f"{y}-01-01", f"{y}-12-01", n) for y, n in counts.items()])


STEADY_USA = reporting(*[("drugs", "USA", y) for y in (2017, 2018, 2019, 2020)])


def test_a_flow_that_grows_tenfold_is_emerging_and_backwards_it_fades() -> None:
    view = made(yearly("drugs", GDL, HOU, {2017: 4, 2018: 4, 2019: 40, 2020: 40}), reports=STEADY_USA)
    there = changes.changes(view, year(2017, 2018), year(2019, 2020)).flows.iloc[0]
    back = changes.changes(view, year(2019, 2020), year(2017, 2018)).flows.iloc[0]
    assert (there["label"], back["label"]) == ("EMERGING", "FADING")
    assert there["ratio"] == pytest.approx(10, rel=0.01)  # 2019 and 2020 are a day longer
    assert back["ratio"] == pytest.approx(1 / there["ratio"])


def test_a_country_that_stops_reporting_makes_no_fading() -> None:
    reports = reporting(("drugs", "USA", 2017), ("drugs", "USA", 2018))
    view = made(yearly("drugs", GDL, HOU, {2017: 30, 2018: 30}), reports=reports)
    found = changes.changes(view, year(2017, 2018), year(2019, 2020)).flows.iloc[0]
    assert found["label"] == "INSUFFICIENT"
    assert "second period" in found["reason"]


def test_a_country_that_reports_on_other_flows_but_not_this_one_makes_fading() -> None:
    view = made(yearly("drugs", GDL, HOU, {2017: 30, 2018: 30}), reports=STEADY_USA)
    found = changes.changes(view, year(2017, 2018), year(2019, 2020)).flows.iloc[0]
    assert (found["label"], found["ratio"]) == ("FADING", 0.0)


def test_reports_of_another_source_or_layer_do_not_count_as_reporting() -> None:
    other = STEADY_USA.assign(source_id="t")
    view = made(yearly("drugs", GDL, HOU, {2017: 30}), reports=other)
    assert changes.changes(view, year(2017, 2018), year(2019, 2020)).flows["label"].item() == "INSUFFICIENT"
    view = made(yearly("drugs", GDL, HOU, {2017: 30}), reports=STEADY_USA.assign(layer="firearms"))
    assert changes.changes(view, year(2017, 2018), year(2019, 2020)).flows["label"].item() == "INSUFFICIENT"


def test_silent_years_within_a_period_are_no_time_without_flow() -> None:
    reports = reporting(("drugs", "USA", 2017), ("drugs", "USA", 2019), ("drugs", "USA", 2020))
    view = made(yearly("drugs", GDL, HOU, {2017: 20, 2019: 20, 2020: 20}), reports=reports)
    found = changes.changes(view, year(2017, 2018), year(2019, 2020)).flows.iloc[0]
    assert found["before_exposure"] == pytest.approx(365 / 365.25)
    assert found["ratio"] == pytest.approx(1, rel=0.01)
    assert found["label"] == "STEADY"


def test_a_record_that_spans_both_periods_counts_in_neither_and_is_told() -> None:
    both = flows(("drugs", GDL, HOU, "2018-01-01", "2019-12-01", 9))
    found = changes.changes(made(both, reports=STEADY_USA), year(2017, 2018), year(2019, 2020))
    assert found.flows.empty
    assert found.left_out.to_dict() == {"drugs": 9}
    assert charts_time.spanning(found.left_out).startswith("9 records")


def test_growth_that_all_flows_of_the_two_countries_share_may_be_effort() -> None:
    pair = yearly("drugs", GDL, HOU, {2017: 20, 2018: 20, 2019: 60, 2020: 60})
    rest = yearly("drugs", HOU, GDL, {2017: 100, 2018: 100, 2019: 300, 2020: 300})
    shared = changes.changes(
        made(pd.concat([pair, rest]), reports=STEADY_USA), year(2017, 2018), year(2019, 2020)
    ).flows
    assert shared.set_index("origin_id")["could_be_effort"].to_dict() == {GDL: True, HOU: True}
    still = yearly("drugs", HOU, GDL, dict.fromkeys((2017, 2018, 2019, 2020), 100))
    alone = changes.changes(
        made(pd.concat([pair, still]), reports=STEADY_USA), year(2017, 2018), year(2019, 2020)
    ).flows
    row = alone.set_index("origin_id").loc[GDL]
    assert row["around_ratio"] == pytest.approx(1, rel=0.01)
    assert not row["could_be_effort"]


def test_a_layer_is_the_sum_of_its_flows_and_incidents_have_one_too() -> None:
    drugs = pd.concat([yearly("drugs", GDL, HOU, {2017: 4, 2019: 8}), yearly("drugs", HOU, GDL, {2018: 6, 2020: 12})])
    points = incidents(("terrorism", 1, None, "2018-05-01", 30), ("terrorism", None, "MEX", "2020-05-01", 10))
    reports = pd.concat([STEADY_USA, STEADY_USA.assign(layer="terrorism", country_id="MEX")])
    found = changes.changes(made(drugs, points, reports), year(2017, 2018), year(2019, 2020)).layers.set_index("layer")
    assert found[["before_count", "after_count"]].to_numpy().tolist() == [[10, 20], [30, 10]]
    assert found.loc["terrorism", "ratio"] == pytest.approx(1 / 3, rel=0.01)


def test_no_record_gives_no_change_and_no_crash() -> None:
    found = changes.changes(made(MIXED.iloc[:0]), year(2017, 2018), year(2019, 2020))
    assert found.layers.empty
    assert found.flows.empty
    assert charts_time.verdict(found.flows).startswith("Not enough data")


def test_two_halves_have_equal_length_and_one_step_has_none() -> None:
    assert changes.halves(0, 4) == ((0, 1), (3, 4))
    assert changes.halves(2, 5) == ((2, 3), (4, 5))
    assert changes.halves(3, 3) is None


def test_the_flows_with_a_word_come_first_and_the_widest_change_before_them() -> None:
    rows = [yearly("drugs", GDL, HOU, {2017: 5, 2020: 5}), yearly("drugs", HOU, GDL, {2017: 4, 2020: 80})]
    found = changes.changes(made(pd.concat(rows), reports=STEADY_USA), year(2017, 2018), year(2019, 2020)).flows
    assert found["label"].tolist() == ["EMERGING", "STEADY"]


def test_the_trend_has_one_panel_per_layer_on_one_axis_and_no_bar_for_silence() -> None:
    rows = flows(("drugs", GDL, HOU, "2019-01-01", "2019-01-01", 3), ("drugs", GDL, HOU, "2019-03-01", "2019-03-01", 4))
    view = made(rows, incidents(("terrorism", 1, None, "2019-02-01", 6)))
    january = pd.Timestamp("2019-01-01")
    figure = charts_time.trend(timeline.records(view, "month"), "month", (january, january))
    assert [bar.name for bar in figure.data] == ["Drugs", "Terrorism"]
    assert [len(bar.x) for bar in figure.data] == [2, 1]
    assert {axis.range for axis in figure.select_xaxes()} == {(january, pd.Timestamp("2019-04-01"))}
    assert list(figure.data[0].marker.opacity) == [1.0, charts_time.FADED]
    table = charts_time.trend_table(timeline.records(view, "month"), "month")
    assert table["Drugs"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("ratio", "said"),
    [(2.0, "×2.00"), (0.034, "×0.03"), (12.4, "×12"), (1234.0, "×1,234"), (float("inf"), "new"), (0.0, "gone")],
)
def test_ratios_are_written_for_people(ratio: float, said: str) -> None:
    assert charts_time.ratio_words(ratio) == said


def test_the_forest_keeps_new_and_gone_flows_within_its_scale() -> None:
    rows = [yearly("drugs", GDL, HOU, {2019: 40, 2020: 40}), yearly("drugs", HOU, GDL, {2017: 40, 2018: 40})]
    found = changes.changes(made(pd.concat(rows), reports=STEADY_USA), year(2017, 2018), year(2019, 2020)).flows
    drawn = {trace.name: trace.x[0] for trace in charts_time.forest(found).data}
    assert drawn == {"Emerging": charts_time.WIDEST, "Fading": 1 / charts_time.WIDEST}
    assert set(charts_time.flow_change_table(found)["Change of rate"]) == {"new", "gone"}


def test_the_map_draws_the_largest_flows_of_each_layer_and_no_loop() -> None:
    january = pd.Timestamp("2019-01-01")
    rows = flows(
        ("drugs", GDL, HOU, "2019-01-01", "2019-01-01", 3),
        ("drugs", HOU, GDL, "2019-01-01", "2019-01-01", 2),
        ("firearms", HOU, GDL, "2019-01-01", "2019-01-01", 1),
    )
    window = timeline.window(made(rows), "month", january, january)
    assert playback.shown(window, 1)["record_count"].tolist() == [3, 1]
    measure = playback.scales(100, 1)
    drawn = playback.flow_rows(playback.shown(window, 9), measure.widths)
    assert max(row["width_px"] for row in drawn) < measure.widths(100)  # the widest line belongs to the busiest window


HERE = {"longitude": 0, "latitude": 0, "zoom": 1}
NO_SILENCE = pd.DataFrame({"country_id": [], "name": []})


def test_countries_that_report_nothing_are_hatched_in_the_playback_and_have_a_key() -> None:
    january = pd.Timestamp("2019-01-01")
    view = made(MIXED)
    window = timeline.window(view, "month", january, january)
    silent = pd.DataFrame({"country_id": ["MLI"], "name": ["Mali"]})
    measure = playback.scales(1, 1)
    ids = [
        [layer.id for layer in playback.deck_of(window, 40, measure, HERE, none).layers]
        for none in (silent, NO_SILENCE)
    ]
    assert ("silent-hatching" in ids[0], "silent-hatching" in ids[1]) == (True, False)
    told = [playback.keys(["drugs"], view, measure, has_silent)[0] for has_silent in (True, False)]
    assert ["nothing reported" in key for key in told] == [True, False]


def test_an_empty_window_is_a_map_and_a_sentence() -> None:
    january = pd.Timestamp("2019-01-01")
    window = timeline.window(made(MIXED.iloc[:0]), "month", january, january)
    chart = playback.deck_of(window, 40, playback.scales(1, 1), HERE, NO_SILENCE)
    assert "carto" not in chart.to_json()
    assert playback.note([], window).startswith("No flow in this window")


def test_incidents_known_only_by_country_are_counted_and_not_drawn() -> None:
    january = pd.Timestamp("2019-01-01")
    view = made(MIXED.iloc[:0], incidents(("terrorism", None, "MEX", "2019-01-01", 3)))
    window = timeline.window(view, "month", january, january)
    assert window.counts.to_dict() == {"terrorism": 3}
    assert "3 incidents known only by country" in playback.note([], window)


def test_what_is_left_out_is_told_by_layer() -> None:
    assert words.dated("month", {"drugs": 3, "firearms": 9}, {"drugs": 4, "firearms": 9}) == (
        "Left out, for their dates do not fit into one month: Drugs 1 of 4 (25 %)."
    )
    assert words.dated("year", {"drugs": 4}, {"drugs": 4}) == ""


def test_years_of_the_sample_are_those_of_the_explore_page(store: Store) -> None:
    view = timeline.timeline(store, Filters())
    years, told = timeline.records(view, "year"), assemble.yearly(store, Filters())
    years, told = (frame[frame["layer"] != "human_trafficking"] for frame in (years, told))  # dated to three years
    found = {(layer, on.year): n for layer, on, n in years.itertuples(index=False)}
    assert found == {(layer, y): n for layer, y, n in told.itertuples(index=False)}


def test_records_of_several_years_are_spread_evenly_on_the_explore_page(store: Store) -> None:
    told = assemble.yearly(store, Filters(layers=("human_trafficking",)))
    one = assemble.flows(store, Filters(layers=("human_trafficking",)))["record_count"].sum()
    cells = told[told["layer"] == "human_trafficking"].set_index("year")["record_count"]
    assert cells.sum() == pytest.approx(one)
    assert cells[2016] == pytest.approx(cells[2018]) != pytest.approx(cells[2019])


def test_switching_a_layer_off_leaves_the_others_as_they_are(store: Store) -> None:
    whole, fewer = (timeline.timeline(store, Filters(layers=names)) for names in (("firearms", "drugs"), ("drugs",)))
    kept = whole.flows[whole.flows["layer"] == "drugs"].reset_index(drop=True)
    pd.testing.assert_frame_equal(fewer.flows, kept)
