"""Chains, lists, rankings and the funnel of a store: one of three known traces, the sample, and one without traces."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard import custody, stores
from dashboard import custody_words as words
from dashboard.cli import main
from dashboard.filters import Filters
from dashboard.stores import Store
from data import contracts
from data.errors import FilterError
from data.release import Release
from queries import connection

NEEDED = (
    contracts.OBSERVATIONS,
    contracts.WAYPOINTS,
    contracts.CUSTODY_EVENTS_TABLE,
    contracts.PLACES,
    contracts.SOURCES,
    contracts.INCIDENTS,
)
EVENTS = [
    # a gun made in Deva, sold in Dale, stolen there, seized in Fort: 31 + 28 + 31 days from theft to the sale's year
    ("g1", 0, "o1", "made", "works", True, date(2015, 1, 1), date(2015, 1, 1), "AAA-deva"),
    ("g1", 1, "o1", "sold", "shop", True, date(2017, 1, 1), date(2017, 1, 1), "AAA-1-dale"),
    ("g1", 2, "o1", "reported_stolen", "owner", False, date(2017, 4, 1), date(2017, 4, 1), "AAA-1-dale"),
    ("g1", 3, "o1", "seized", "police", False, date(2018, 1, 1), date(2018, 1, 1), "BBB-fort"),
    # one of which only the division of the sale is known
    ("g2", 0, "o2", "sold", "shop", True, None, None, "AAA-1"),
    ("g2", 1, "o2", "seized", "police", False, date(2020, 6, 1), date(2020, 6, 1), "BBB-fort"),
    # one nobody published a seizure record for, with dates that run backwards, and signs a terminal would obey
    ("g3", 0, None, "sold", "[red]\x1b[2J", True, date(2020, 1, 1), date(2020, 1, 1), None),
    ("g3", 1, None, "seized", "[/police]", False, date(2019, 1, 1), date(2019, 1, 1), "BBB"),
]
PLACES = [
    ("AAA", "Aland", "country", "AAA", None),
    ("AAA-1", "North", "admin1", "AAA", "AAA"),
    ("AAA-1-dale", "Dale", "place", "AAA", "AAA-1"),
    ("AAA-deva", "Deva", "place", "AAA", "AAA"),
    ("BBB", "Bland", "country", "BBB", None),
    ("BBB-fort", "Fort", "place", "BBB", "BBB"),
]
# id, trace, day, pieces, repeats; o3 stands twice in its file, o4 states no number of arms
SEIZURES: list[tuple[str, str | None, int, int | None, int]] = [
    ("o1", "g1", 2018, 2, 1),
    ("o2", "g2", 2020, 1, 1),
    ("o3", None, 2018, 4, 2),
    ("o3:2", None, 2018, 4, 2),
]
SEIZURES += [("o4", None, 2020, None, 1)]


def placed(table: contracts.Table, rows: list[dict[str, Any]]) -> pa.Table:
    """Return rows as the table's columns, null where nothing is given."""
    full = [{name: row.get(name) for name in table.schema.names} for row in rows]
    fields = [pa.field(field.name, field.type) for field in table.schema]
    return pa.Table.from_pylist(full, pa.schema(fields))


def opened(folder: Path, events: list[tuple[Any, ...]]) -> Store:
    names = ("trace_id", "seq", "obs_id", "event", "holder_raw", "is_lawful", "date_start", "date_end", "place_id")
    tables: dict[str, list[dict[str, Any]]] = {table.name: [] for table in NEEDED}
    tables["custody_events"] = [dict(zip(names, row, strict=True), source_file="f", source_row=7) for row in events]
    tables["places"] = [
        dict(zip(("place_id", "name", "level", "country_id", "parent_id"), row, strict=True)) for row in PLACES
    ]
    tables["sources"] = [{"import_id": "s", "is_synthetic": False, "marking": "TLP:CLEAR"}]
    tables["observations"] = [
        {
            "obs_id": obs_id,
            "trace_id": trace_id,
            "layer": "firearms",
            "record_kind": "seizure",
            "date_start": date(year, 1, 1),
            "item_count": pieces,
            "repeat_count": repeats,
            "case_count": 1,
            "is_subtotal": False,
            "transport_mode": "air",
        }
        for obs_id, trace_id, year, pieces, repeats in SEIZURES
    ]
    tables["waypoints"] = [{"obs_id": row[0], "seq": 0, "place_id": "BBB-fort"} for row in SEIZURES]
    for table in NEEDED:
        pq.write_table(placed(table, tables[table.name]), folder / f"{table.name}.parquet")
    con = connection.connect({table.name: [folder / f"{table.name}.parquet"] for table in NEEDED}, folder)
    return Store(Release("r1", folder, {}), con)


@pytest.fixture
def small(tmp_path: Path) -> Store:
    return opened(tmp_path, EVENTS)


@pytest.fixture
def bare(tmp_path: Path) -> Store:
    return opened(tmp_path, [])


@pytest.fixture
def shown(small: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the command line open the small store."""
    monkeypatch.setattr(stores, "opened", lambda *_: small)
    yield


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["chain", "--store", "small", *arguments]) == 0
    return capsys.readouterr().out


def test_a_chain_names_holders_gaps_and_the_diversion(small: Store) -> None:
    found = custody.chain(small, "g1")
    assert found.events["holder_raw"].tolist() == ["works", "shop", "owner", "police"]
    assert found.events["place"].tolist() == ["Deva", "Dale", "Dale", "Fort"]
    assert set(found.events["source_row"]) == {7}
    assert found.gaps["days_min"].tolist() == [731, 90, 275]  # 2016 is a leap year; 1 January to 1 April; to 1 January
    assert found.gaps["is_diversion"].tolist() == [False, True, False]
    assert found.gaps[["origin", "destination"]].to_numpy().tolist()[2] == ["Dale", "Fort"]
    assert words.sentences(found.events, found.summary) == [
        "Left lawful hands between (sold, Dale, 2017-01-01) and (reported_stolen, Dale, 2017-04-01): 90 days, within"
        " one country. Stage of its life: use.",
        "Time to crime: 365 days from first retail sale to seizure; class 1 to 3 years.",
    ]


def test_a_chain_says_what_it_does_not_know(small: Store) -> None:
    undated = custody.chain(small, "g2")
    assert words.sentences(undated.events, undated.summary) == [
        "Left lawful hands between (sold, North, not known) and (seized, Fort, 2020-06-01): unknown days, across a"
        " border. Stage of its life: use.",
        "Time to crime: not known.",
    ]
    backwards = custody.chain(small, "g3")
    assert words.sentences(backwards.events, backwards.summary) == [
        "Contradiction: seized (stated as step 1) is dated 2019-01-01 or before; sold, stated before it as step 0, is"
        " dated 2020-01-01 or later.",
        "Where it left lawful hands cannot be said: its dates contradict its stated sequence.",
        "Time to crime: not known.",
    ]


def test_an_unknown_border_is_said() -> None:
    ends = {f"{end}_{name}": "x" for end in ("lawful", "unlawful") for name in ("event", "place")}
    dates = {"lawful_until_on": pd.NaT, "unlawful_from_on": pd.NaT, "diversion_days_min": 1, "diversion_days_max": 9}
    summary = {"status": "identified", "stage": "use", "is_cross_border": pd.NA, "time_to_crime_start": None}
    told = words.sentences(pd.DataFrame({"contradiction": []}), {**summary, **ends, **dates})
    assert "1 to 9 days, whether across a border is not known" in told[0]


def test_an_unknown_trace_is_one_sentence_with_the_nearest_ids(small: Store) -> None:
    with pytest.raises(FilterError, match="'g9' is not in this release; the ids most like it are 'g1', 'g2', 'g3'"):
        custody.chain(small, "g9")
    with pytest.raises(FilterError) as stop:
        custody.chain(small, "g" * 100_000)
    assert len(str(stop.value)) < 300


def test_a_release_without_traces_says_so_and_never_fails(bare: Store) -> None:
    with pytest.raises(FilterError, match="holds no traces"):
        custody.chain(bare, "g1")
    assert custody.traces(bare, Filters()).rows.empty
    for level in custody.LEVELS:
        assert custody.ranking(bare, Filters(), level).reason.startswith("not enough data")
    found = custody.funnel(bare, Filters())
    assert found.steps["count"].tolist() == [4, 0, 0, 0, 7, 0, 0, 0]
    assert found.indicator.share == 0


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (Filters(), ["g1", "g2", "g3"]),
        (Filters(since=date(2019, 1, 1)), ["g2", "g3"]),  # g3 has no record: its seizure of 2019 dates it
        (Filters(until=date(2019, 1, 1)), ["g1"]),
        (Filters(mode=("air",)), ["g1", "g2"]),
        (Filters(mode=("sea",)), []),
        (Filters(layers=("drugs",), min_count=9, kappa=0.0), ["g1", "g2", "g3"]),
    ],
)
def test_filters_choose_traces(small: Store, filters: Filters, ids: list[str]) -> None:
    found = custody.traces(small, filters)
    assert found.rows["trace_id"].tolist() == ids
    assert found.total_count == 3


def test_places_are_ranked_at_the_level_they_are_known_at(small: Store) -> None:
    def told(level: str) -> list[tuple[object, ...]]:
        rows = custody.ranking(small, Filters(), level).rows
        return list(rows[["end", "name", "trace_count", "known_count"]].itertuples(index=False, name=None))

    assert told("country") == [("last lawful holder", "Aland", 2, 2), ("first retail sale", "Aland", 2, 2)]
    assert told("division") == [("last lawful holder", "North", 2, 2), ("first retail sale", "North", 2, 2)]
    assert told("place") == [("last lawful holder", "Dale", 1, 1), ("first retail sale", "Dale", 1, 1)]
    with pytest.raises(FilterError, match="'town' is unknown"):
        custody.ranking(small, Filters(), "town")


def test_a_place_whose_division_is_unknown_is_in_none(tmp_path: Path) -> None:
    store = opened(tmp_path, [row for row in EVENTS if row[-1] == "AAA-deva"])
    assert custody.ranking(store, Filters(), "place").rows["name"].tolist() == ["Deva"]
    assert custody.ranking(store, Filters(), "division").reason.endswith("knows the division of either end")


def test_the_funnel_counts_a_repeat_once_and_an_orphan_never(small: Store) -> None:
    found = custody.funnel(small, Filters())
    seizures, arms = (found.steps[found.steps["unit"] == unit]["count"].tolist() for unit in ("seizures", "arms"))
    assert seizures == [4, 2, 2, 1]  # o1, o2, o3 once, o4; traced g1 and g2, both out of lawful hands; g1 by a report
    assert arms == [7, 2, 2, 1]  # 2 + 1 + 4
    assert found.indicator.share == pytest.approx(2 / 7)
    assert found.indicator.uncounted_seizure_count == 1
    assert found.unlinked_trace_count == 1


def test_the_funnel_follows_the_filters(small: Store) -> None:
    counts = custody.funnel(small, Filters(since=date(2019, 1, 1))).steps["count"].tolist()
    assert counts == [2, 1, 1, 0, 1, 1, 1, 0]
    nothing = custody.funnel(small, Filters(since=date(2030, 1, 1)))
    assert nothing.indicator.reason == "not enough data: no seizure in this choice"


def test_a_region_keeps_the_traces_of_the_seizures_it_keeps(store: Store) -> None:
    chosen = Filters(region=("MEX",))
    rows = custody.traces(store, chosen).rows
    assert 0 < len(rows) < custody.traces(store, Filters()).total_count
    steps = custody.funnel(store, chosen).steps
    assert steps["count"].tolist()[1] == len(rows)
    assert steps["count"].tolist()[0] > len(rows)


def test_every_trace_of_the_sample_is_summed_up_once(store: Store) -> None:
    events = pq.read_table(store.release.path("custody_events")).to_pandas()
    rows = custody.traces(store, Filters()).rows
    assert rows["trace_id"].tolist() == sorted(set(events["trace_id"]))
    assert rows["event_count"].sum() == len(events)
    assert rows["contradiction_count"].sum() == 0  # the sample's dates run forward
    sold = events[events["event"] == "sold"].groupby("trace_id").size()
    assert rows["retail_place_id"].notna().sum() <= len(sold)
    assert set(rows["stage"]) <= {"use", "unknown"}  # its owners are no manufacturers and no importers


def test_chains_and_the_released_edges_agree_on_who_left_lawful_hands(store: Store) -> None:
    edges = pq.read_table(store.release.path("custody_edges")).to_pandas()
    rows = custody.traces(store, Filters()).rows
    identified = rows[rows["status"] == "identified"]
    assert len(identified) > 1000
    told = edges[edges["is_diversion"]].set_index("trace_id")["seq"]
    assert told.to_dict() == identified.set_index("trace_id")["unlawful_seq"].astype("int64").to_dict()


def test_ranked_shares_of_the_sample_sum_to_one(store: Store) -> None:
    rows = custody.ranking(store, Filters(), "country").rows
    for _, end in rows.groupby("end"):
        assert end["trace_count"].sum() == end["known_count"].iloc[0]
        assert end["share"].sum() == pytest.approx(1)
        assert (end["share_low"] <= end["share"]).all() and (end["share"] <= end["share_high"]).all()
        assert (end["timed_count"] <= end["trace_count"]).all()


@pytest.mark.usefixtures("shown")
def test_the_command_prints_events_gaps_and_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "g1")
    lines = [line.split() for line in out.splitlines()]
    assert [line[1] for line in lines if line and line[0] in "0123"] == ["made", "sold", "reported_stolen", "seized"]
    assert [line[0] for line in lines if line and line[0] == "gap"] == ["gap"] * 3
    assert out.count("leaves lawful hands") == 1
    assert "f:7" in out
    assert "Time to crime: 365 days" in out


@pytest.mark.usefixtures("shown")
def test_words_of_the_data_are_shown_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "g3")
    assert "\x1b" not in out
    assert "[red] [2J" in out
    assert "[/police]" in out


def test_an_id_that_looks_like_markup_is_listed_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = opened(tmp_path, [("[/b]", *row[1:]) for row in EVENTS if row[0] == "g1"])
    monkeypatch.setattr(stores, "opened", lambda *_: store)
    assert "[/b]" in printed(capsys, "--list")
    assert "trace [/b]" in printed(capsys, "[/b]")


@pytest.mark.usefixtures("shown")
def test_a_chain_as_json_and_csv_has_the_same_rows(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(printed(capsys, "g1", "--format", "json"))
    assert (told["release"], told["is_synthetic"], told["marking"]) == ("r1", False, "TLP:CLEAR")
    assert [event["event"] for event in told["events"]] == ["made", "sold", "reported_stolen", "seized"]
    assert told["events"][0]["date_start"] == "2015-01-01"
    assert told["trace"]["stage"] == "use"
    assert len(told["sentences"]) == 2
    rows = list(csv.DictReader(io.StringIO(printed(capsys, "g1", "--format", "csv"))))
    assert [row["row"] for row in rows] == ["event", "gap", "event", "gap", "event", "gap", "event"]
    assert [row["days_min"] for row in rows if row["row"] == "gap"] == ["731", "90", "275"]
    assert [row["date_start"] for row in rows if row["row"] == "event"] == [
        event["date_start"] for event in told["events"]
    ]


@pytest.mark.usefixtures("shown")
def test_lists_and_rankings_have_three_forms(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(printed(capsys, "--list", "--until", "2019-01-01", "--format", "json"))
    assert (told["total_count"], [row["trace_id"] for row in told["traces"]]) == (3, ["g1"])
    assert told["traces"][0]["time_to_crime_class"] == "1 to 3 years"
    rows = list(csv.DictReader(io.StringIO(printed(capsys, "--list", "--format", "csv"))))
    assert [row["trace_id"] for row in rows] == ["g1", "g2", "g3"]
    assert "1 to 3 years" in printed(capsys, "--list")
    assert "No trace passes" in printed(capsys, "--list", "--since", "2030-01-01")
    table = printed(capsys, "--ranking", "division")
    assert "last lawful holder: 2 of 3 traces know it" in table
    assert "North" in table
    assert "not enough data" in printed(capsys, "--ranking", "country", "--since", "2030-01-01")
    ranked = json.loads(printed(capsys, "--ranking", "place", "--format", "json"))
    assert [row["key_id"] for row in ranked["rows"]] == ["AAA-1-dale", "AAA-1-dale"]


def test_the_command_says_when_a_release_holds_no_traces(
    bare: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stores, "opened", lambda *_: bare)
    assert "holds no traces" in printed(capsys, "--list")
    assert json.loads(printed(capsys, "--list", "--format", "json"))["traces"] == []


@pytest.mark.usefixtures("shown")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["g9"], "not in this release"),
        ([], "Give one trace id"),
        (["g1", "--list"], "Give one trace id"),
        (["--list", "--ranking", "country"], "Give one trace id"),
        (["--ranking", "town"], "choose from country, division, place"),
        (["--list", "--region", "Atlantis"], "Atlantis"),
        (["--list", "--since", "2020-01-01", "--until", "2019-01-01"], "is empty"),
    ],
)
def test_a_wrong_choice_is_one_sentence_and_exit_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert main(["chain", "--store", "small", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert says in printed.err
    assert printed.err.count("\n") == 1


def test_the_command_warns_of_synthetic_data(sample_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chain", "--store", str(sample_root), "--list"]) == 0
    shown = capsys.readouterr()
    assert "SYNTHETIC" in shown.err
    assert "showing 40 of" in shown.out


def test_the_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["chain", "--help"])
    assert stop.value.code == 0
    assert "--ranking" in capsys.readouterr().out
