import json

import numpy as np
import pandas as pd
import pytest

from dashboard import charts_traces as charts
from dashboard import custody
from dashboard import tables_traces as tables
from dashboard.custody import Chain, Funnel, Ranking
from dashboard.filters import Filters
from dashboard.stores import Store
from geo import custody as chains
from geo import diversion
from geo.tracing import Totals, funnel
from geo.tracing import ranking as ranked

EVENTS = pd.DataFrame(
    [
        ("t", 0, "made", "works", True, None, None, "AAA", "AAA"),
        ("t", 1, "sold", "shop", True, "2017-01-01", "2017-01-01", "a1", "AAA"),
        ("t", 2, "reported_stolen", "owner", False, "2017-04-01", "2017-04-30", "a1", "AAA"),
        ("t", 3, "seized", "police", None, "2018-01-01", "2018-01-01", "b1", "BBB"),
    ],
    columns=list(chains.STEP_COLUMNS),
)
PLACES = pd.DataFrame(
    {
        "level": ["country", "place", "place"],
        "country_id": ["AAA", "AAA", "BBB"],
        "lon": [0.0, 1.0, 9.0],
        "lat": [0.0, 1.0, 3.0],
        "name": ["Aland", "Dale", "Fort"],
    },
    index=["AAA", "a1", "b1"],
)
ROWS = pd.DataFrame(
    {
        "trace_id": ["t1", "t2", "t3"],
        "commodity": ["rifle", None, "pistol"],
        "lawful_place": ["São Paulo", None, None],
        "unlawful_place": [None, None, None],
        "retail_place": [None, None, None],
        "seized_place": ["Fort", "Fort", "Dale"],
        "stage": ["use", "unknown", "use"],
        "status": ["identified", "unknown", "identified"],
        "time_to_crime_class": ["under 1 year", None, "1 to 3 years"],
        "time_to_crime_days": [364, pd.NA, 365],
        "time_to_crime_start": ["sold", None, "sold"],
    }
)


@pytest.fixture
def chain() -> Chain:
    events = EVENTS.assign(source_id="s", source_file="f", source_row=1)
    events[["date_start", "date_end"]] = events[["date_start", "date_end"]].apply(pd.to_datetime)
    events["place"] = events["place_id"].map(PLACES["name"])
    steps = chains.steps(events)
    found = diversion.traces(steps)
    gaps = chains.gaps(steps, found)
    names = {end: gaps[f"{end}_id"].map(PLACES["name"]) for end in ("origin", "destination")}
    return Chain("t", steps, gaps.assign(**names), dict(found.iloc[0]))


def ids(rows: pd.DataFrame) -> list[str]:
    return rows["trace_id"].tolist()


def test_nothing_chosen_limits_nothing() -> None:
    assert ids(tables.chosen(ROWS, [], [], " ")) == ["t1", "t2", "t3"]


def test_class_stage_and_text_limit_together() -> None:
    assert ids(tables.chosen(ROWS, [tables.UNKNOWN], [], "")) == ["t2"]
    assert ids(tables.chosen(ROWS, [], ["use"], "fort")) == ["t1"]
    assert ids(tables.chosen(ROWS, [], [], "sao paulo")) == ["t1"]
    assert ids(tables.chosen(ROWS, ["under 1 year"], ["unknown"], "")) == []


def test_a_text_is_no_pattern() -> None:
    assert ids(tables.chosen(ROWS, [], [], "r.fle")) == []


def test_events_and_gaps_stand_in_reading_order(chain: Chain) -> None:
    table = tables.chain(chain)
    assert table["What"].tolist() == ["made", "gap", "sold", "gap", "reported stolen", "gap", "seized"]
    assert table["Control"].tolist()[3] == "leaves lawful hands"
    assert table["Days"].tolist()[3] == "90 to 119"  # 1 January to 1 April, or to 30 April, of 2017
    assert table["Control"].tolist()[-1] == tables.UNKNOWN
    assert table["From"].tolist()[0] == "not known"


def test_shares_count_what_is_unknown_and_what_never_occurs() -> None:
    table = tables.classes(ROWS)
    assert table["Traces"].tolist() == [1, 1, 0, 1]
    assert table["Time to crime"].tolist()[-1] == tables.UNKNOWN
    assert table["Share (95 % interval)"].tolist()[2] == "0 % (0 % to 56 %)"  # z^2 / (n + z^2) = 3.84 / 6.84
    assert tables.classes(ROWS.iloc[:0])["Traces"].tolist() == [0, 0, 0, 0]


def test_the_indicator_splits_its_numerator_and_is_not_the_official_value() -> None:
    found = ROWS.assign(is_seizure=True, has_arm_count=True, is_reported=False)
    told = tables.indicator(funnel(Totals(10, 8, 20, 3), found).indicator)
    assert told[0].startswith("25 % of seized arms")  # 2 traced and 3 by others, of 20
    assert told[1] == "Numerator: 2 arms by tracing; by another authority: 3 arms"
    assert told[2] == "Denominator: 20 arms in seizures that state a number; 2 seizures without a number left out"
    assert "not the official value" in told[3]
    none = tables.indicator(funnel(Totals(0, 0, 0), found.iloc[:0]).indicator)
    assert none[0] == "Not enough data: no seizure in this choice"


def test_the_funnel_prints_its_denominators() -> None:
    found = ROWS.assign(is_seizure=True, has_arm_count=True, is_reported=False)
    view = Funnel((result := funnel(Totals(10, 8, 20), found)).steps, result.indicator, 0)
    assert tables.funnel(view, "seizures")["Of"].tolist()[1:] == [10, 3, 2]
    assert charts.funnel(view, "arms").data[0].text == ("20", "3 of 20, 15 %", "2 of 3, 67 %", "0 of 2, 0 %")


def test_the_day_that_ends_a_year_is_of_the_next_class() -> None:
    figure = charts.time_to_crime(ROWS)
    assert figure is not None
    counts = {bar.name: np.flatnonzero(bar.y).tolist() for bar in figure.data}
    assert counts == {"under 1 year": [3], "1 to 3 years": [4]}  # bins of a quarter of 365 days: 364 ends the fourth
    assert charts.time_to_crime(ROWS.iloc[[1]]) is None


def test_a_timeline_has_a_line_per_event_and_says_which_are_not_dated(chain: Chain) -> None:
    figure = charts.chain(chain)
    assert figure is not None
    assert list(figure.layout.yaxis.ticktext) == [
        "made, Aland (date not known)",
        "sold, Dale",
        "reported stolen, Dale",
        "seized, Fort",
    ]
    marked = [tuple(trace.y) for trace in figure.data if trace.mode == "lines+markers"]
    assert sorted(marked) == [(1, 1), (2, 2), (3, 3)]
    names = {trace.name for trace in figure.data if trace.mode == "lines"}
    assert names == {"gap", "gap in which it left lawful hands"}


NO_SILENCE = pd.DataFrame({"country_id": [], "name": []})


def test_countries_without_firearms_records_are_hatched_below_the_chain(chain: Chain) -> None:
    silent = pd.DataFrame({"country_id": ["MLI"], "name": ["Mali"]})
    ids = [layer["id"] for layer in json.loads(charts.chain_map(chain, PLACES, silent).to_json())["layers"]]  # type: ignore[union-attr]
    assert ids.index("silent-hatching") < ids.index("trace-areas")


def test_a_chain_without_dates_has_no_timeline_and_without_places_no_map(chain: Chain) -> None:
    events = chain.events.assign(**{name: pd.Series(pd.NaT, chain.events.index) for name in ("date_start", "date_end")})
    assert charts.chain(Chain("t", events, chain.gaps, chain.summary)) is None
    assert (
        charts.chain_map(Chain("t", events.assign(place_id=None), chain.gaps, chain.summary), PLACES, NO_SILENCE)
        is None
    )


def test_a_place_known_only_by_country_is_no_dot(chain: Chain) -> None:
    drawn = json.loads(charts.chain_map(chain, PLACES, NO_SILENCE).to_json())  # type: ignore[union-attr]
    layers = {layer["id"]: layer["data"] for layer in drawn["layers"]}
    assert [dot["tip"] for dot in layers["trace-places"]] == ["Dale", "Fort"]
    assert [label["t"] for label in layers["labels"]] == ["1: Aland", "2, 3: Dale", "4: Fort"]


def test_only_the_hop_out_of_lawful_hands_is_orange(chain: Chain) -> None:
    gone = EVENTS.assign(place_id=["AAA", "a1", "b1", "b1"])
    events = chain.events.assign(place_id=gone["place_id"].to_numpy())
    drawn = json.loads(charts.chain_map(Chain("t", events, chain.gaps, chain.summary), PLACES, NO_SILENCE).to_json())  # type: ignore[union-attr]
    lines = next(layer["data"] for layer in drawn["layers"] if layer["id"] == "flows-firearms")
    assert [line["c"][:3] for line in lines] == [[31, 42, 68], [209, 72, 10]]


def test_sources_carry_their_interval() -> None:
    found = ROWS.assign(key_id=["x", "x", "y"])
    table = ranked(found, "key_id").assign(end="first retail sale", name=["Ex", "Why"])
    view = Ranking("country", table, 3, "")
    assert tables.ranking(view, "first retail sale")["Share (95 % interval)"].tolist()[0].startswith("67 % (")
    assert tables.ranking(view, "first retail sale")["Under 1 year"].tolist()[0].startswith("1 of 1 (")
    assert list(charts.sources(view, "first retail sale").data[0].y) == ["Ex", "Why"]


def test_every_trace_of_the_sample_can_be_listed_and_drawn(store: Store) -> None:
    found = custody.traces(store, Filters())
    assert len(tables.traces(found.rows)) == len(found.rows) > 0
    chain = custody.chain(store, str(found.rows["trace_id"].iloc[0]))
    assert charts.chain_map(chain, store.places, NO_SILENCE) is not None
    assert len(tables.chain(chain)) == len(chain.events) + len(chain.gaps)
