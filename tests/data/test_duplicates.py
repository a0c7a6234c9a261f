"""One event in two sources counts once: what is merged, what is only near, and what is said of each merge."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from dashboard import assemble, importing, publish, stores
from dashboard.filters import Filters
from data import contracts, duplicates, mapping, release, store
from data.duplicates import DAYS, DISTANCE_KM, TOLERANCE
from queries import connection, run
from tests.data import files
from tests.data.test_rules import CARD

DEGREE_KM = 111.195  # of a great circle on a sphere of 6,371.0088 km: 2 pi r / 360
CASE: dict[str, Any] = {
    "kind": "record",
    "source_id": "one",
    "source_file": "made-up.csv",
    "source_row": 2,
    "layer": "wildlife",
    "group_name": "ivory",
    "incident_kind": None,
    "country_id": "KEN",
    "division_id": None,
    "lon": None,
    "lat": None,
    "vagueness": 5,
    "date_start": "2020-03-10",
    "date_end": "2020-03-10",
    "origin_id": None,
    "destination_id": None,
    "kg": 100.0,
    "pieces": None,
    "killed_count_low": None,
    "killed_count_high": None,
    "trace_id": None,
    "grade": 1.0,
}
WHOLE = ("pieces", "killed_count_low", "killed_count_high")
NUMBERS = ("lon", "lat", "kg")
WORDS = ("incident_kind", "division_id", "origin_id", "destination_id", "trace_id")
MOMBASA = {"lon": 39.66, "lat": 0.0, "vagueness": 2}  # on the equator, so that degrees are kilometres
INCIDENT: dict[str, Any] = {
    **{"kind": "incident", "layer": "terrorism", "group_name": "terrorism", "incident_kind": "bombing"},
    **{"kg": None, "killed_count_low": 2, "killed_count_high": 3, "grade": 0.0, **MOMBASA},
}


def cases(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Return made-up cases; each row states what it changes, with its ``obs_id``."""
    frame = pd.DataFrame([{**CASE, "case_id": row["obs_id"], **row} for row in rows])
    types = dict.fromkeys(WHOLE, "Int64") | dict.fromkeys(NUMBERS, "float64") | dict.fromkeys(WORDS, "str")
    frame = frame.astype(types)
    for name in ("date_start", "date_end"):
        frame[name] = pd.to_datetime(frame[name]).dt.date
    return frame


def merged(folder: Path, *rows: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of the audit that the query makes of made-up cases, checked against their contract."""
    path = folder / "cases.parquet"
    cases(*rows).to_parquet(path)
    con = connection.connect({"cases": [path]}, folder)
    try:
        run.build(con, "duplicates", **duplicates.WINDOWS)
        found = run.arrow(con, "duplicates")
    finally:
        con.close()
    told: list[dict[str, Any]] = contracts.check(found, contracts.DUPLICATES).to_pylist()
    return told


def names(told: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return (kept, dropped) of each merge."""
    return [(row["kept_id"], row["dropped_id"]) for row in told]


def case(name: str, source_id: str, **changes: object) -> dict[str, Any]:
    """Return what one case states, under a short name."""
    return {"obs_id": name, "source_id": source_id, **changes}


def test_the_same_event_of_two_sources_is_one_and_the_audit_says_how(tmp_path: Path) -> None:
    told = merged(
        tmp_path, case("a", "one"), case("b", "two", kg=104.0, date_start="2020-03-12", date_end="2020-03-12")
    )
    assert told == [
        {
            **{"kept_id": "a", "dropped_id": "b", "matched_id": "a", "kind": "record", "layer": "wildlife"},
            **{"kept_source_id": "one", "dropped_source_id": "two", "dropped_file": "made-up.csv", "dropped_row": 2},
            **{"days_apart": 2, "km_apart": None, "quantity_ratio": pytest.approx(1.04), "rule": "country"},
        }
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"date_start": "2020-03-13", "date_end": "2020-03-13"}),  # DAYS later
        ({}, {"date_start": "2020-03-07", "date_end": "2020-03-07"}),
        ({}, {"date_start": "2020-03-01", "date_end": "2020-03-31"}),  # the month around it
        ({}, {"date_start": "2020-03-13", "date_end": "2020-04-12"}),
        ({}, {"kg": 105.0}),
        ({}, {"kg": 100 / 1.05}),
        ({}, {"pieces": 7}),
        ({"pieces": 7, "kg": None}, {"pieces": 7}),
        ({"pieces": 20, "kg": None}, {"pieces": 21, "kg": None}),
        ({}, {"origin_id": "UGA"}),
        ({"origin_id": "UGA", "destination_id": "CHN"}, {"origin_id": "UGA", "destination_id": "CHN"}),
        ({"division_id": "KE-28"}, {"division_id": "KE-28"}),
        ({"trace_id": "t"}, {}),
        (MOMBASA, {}),
        (MOMBASA, {**MOMBASA, "lon": 39.66 + 24.9 / DEGREE_KM}),
        (INCIDENT, INCIDENT),
        (INCIDENT, {**INCIDENT, "killed_count_low": 3, "killed_count_high": 9, "incident_kind": None}),
    ],
)
def test_what_lies_within_every_window_is_merged(tmp_path: Path, one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (DAYS, DISTANCE_KM, TOLERANCE) == (3, 25, 0.05)
    assert len(merged(tmp_path, case("a", "one", **one), case("b", "two", **other))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {"source_id": "one"}),  # a source knows its own records apart
        ({}, {"date_start": "2020-03-14", "date_end": "2020-03-14"}),
        ({}, {"date_start": "2020-03-06", "date_end": "2020-03-06"}),
        ({}, {"date_start": "2020-03-14", "date_end": "2020-04-12"}),
        ({}, {"kg": 105.1}),
        ({}, {"kg": 95.1}),
        ({"pieces": 20, "kg": None}, {"pieces": 22, "kg": None}),
        ({"pieces": 20}, {"pieces": 22}),  # the weights agree
        ({}, {"pieces": 100, "kg": None}),  # kilograms are no pieces
        ({}, {"group_name": "rhino horn"}),
        ({}, {"layer": "drugs"}),
        ({}, {"country_id": "TZA"}),
        ({"origin_id": "UGA"}, {"origin_id": "TZA"}),
        ({"destination_id": "CHN"}, {"destination_id": "VNM"}),
        ({"division_id": "KE-28"}, {"division_id": "KE-30"}),
        ({"trace_id": "t"}, {"trace_id": "u"}),
        (MOMBASA, {**MOMBASA, "lon": 39.66 + 25.1 / DEGREE_KM}),
        (INCIDENT, {**INCIDENT, "lat": 25.1 / DEGREE_KM}),
        (INCIDENT, {**INCIDENT, "killed_count_low": 4, "killed_count_high": 4}),
        (INCIDENT, {**INCIDENT, "incident_kind": "armed assault"}),
        (INCIDENT, {**INCIDENT, "date_start": "2020-03-14", "date_end": "2020-03-14"}),
    ],
)
def test_what_is_one_step_outside_a_window_stays_two(
    tmp_path: Path, one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert merged(tmp_path, case("a", "one", **one), {**case("b", "two"), **other}) == []


def test_every_start_day_meets_every_other_within_the_window(tmp_path: Path) -> None:
    # stretches of days and classes of size only decide what is compared: no pair may fall between two of them
    days = pd.date_range("2019-12-20", "2020-01-15")
    for shift in range(-DAYS - 1, DAYS + 2):
        rows = []
        for at, day in enumerate(days):
            layer, other = {"layer": f"layer_{at}"}, day + pd.Timedelta(days=shift)
            kg = 1.03**at
            rows.append(case(f"a{at:02}", "one", date_start=day, date_end=day, kg=kg, **layer))
            rows.append(case(f"b{at:02}", "two", date_start=other, date_end=other, kg=kg * 1.0499, **layer))
        assert len(merged(tmp_path, *rows)) == (len(days) if abs(shift) <= DAYS else 0)


def test_three_sources_of_one_event_leave_one_also_where_only_the_middle_one_joins_them(tmp_path: Path) -> None:
    def on(name: str, source_id: str, day: int) -> dict[str, Any]:
        return case(name, source_id, date_start=f"2020-03-{day}", date_end=f"2020-03-{day}")

    told = merged(tmp_path, on("a", "one", 10), on("b", "two", 13), on("c", "three", 16))
    assert names(told) == [("a", "b"), ("a", "c")]
    assert [(row["matched_id"], row["days_apart"]) for row in told] == [("a", 3), ("b", 3)]


def test_a_chain_that_comes_back_to_its_first_source_takes_only_what_was_matched_with_the_kept_one(
    tmp_path: Path,
) -> None:
    def on(name: str, source_id: str, day: int, **changes: object) -> dict[str, Any]:
        return case(name, source_id, date_start=f"2020-03-{day}", date_end=f"2020-03-{day}", **changes)

    # a and z are two events for the first source; b joins a, c joins z, and b is near c
    rows = [on("a", "one", 10), on("b", "two", 12), on("c", "three", 15), on("z", "one", 18)]
    assert names(merged(tmp_path, *rows)) == [("a", "b")]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"trace_id": "t"}, MOMBASA),
        ({**MOMBASA, "grade": 0.5}, {"grade": 1.0}),
        ({"grade": 0.9}, {"grade": 0.8}),
        ({"source_id": "one"}, {"source_id": "two"}),
    ],
)
def test_the_better_known_record_is_kept_in_either_order(
    tmp_path: Path, better: dict[str, Any], worse: dict[str, Any]
) -> None:
    for good, bad in ((("x", "one"), ("y", "two")), (("y", "two"), ("x", "one"))):
        rows = [{**case(*good), **better}, {**case(*bad), **worse}]
        assert names(merged(tmp_path, *rows)) == names(merged(tmp_path, *reversed(rows))) == [(good[0], bad[0])]


@pytest.mark.parametrize(("mine", "theirs"), [("one", "two"), ("two", "one")])
def test_the_nearest_of_two_is_taken_and_the_other_stays(tmp_path: Path, mine: str, theirs: str) -> None:
    near, far = ({**MOMBASA, "lon": 39.66 + km / DEGREE_KM} for km in (3, 9))
    (told,) = merged(tmp_path, case("m", mine, **MOMBASA), case("near", theirs, **near), case("far", theirs, **far))
    assert {told["kept_id"], told["dropped_id"]} == {"m", "near"}
    assert told["kept_source_id"] == "one"
    assert told["km_apart"] == pytest.approx(3, abs=0.01)
    assert told["rule"] == "place"


@pytest.mark.parametrize("known", [{}, INCIDENT])
def test_where_two_candidates_differ_in_nothing_that_counts_both_stay(tmp_path: Path, known: dict[str, Any]) -> None:
    last = {**known, "date_start": "2020-03-11", "date_end": "2020-03-11"}
    rows = [case("a", "one", **known), case("b", "two", **known), case("c", "two", **last)]
    assert merged(tmp_path, *rows) == []
    assert len(merged(tmp_path, *rows[:2])) == 1


def test_equal_rows_of_a_file_go_together(tmp_path: Path) -> None:
    told = merged(tmp_path, case("a", "one"), case("b:1", "two"), case("b:2", "two", case_id="b:1"))
    assert names(told) == [("a", "b:1"), ("a", "b:2")]


OWN = {
    "date": "Date",
    "origin": "From",
    "seen": "Seized in",
    "destination": "To",
    "commodity": "What",
    "quantity": "Weight",
    "unit": "Unit",
}
ROW: dict[str, object] = {
    **{"Date": "2020-03-10", "From": "Uganda", "Seized in": "Kenya", "To": "China", "What": "ivory"},
    **{"Weight": 100.0, "Unit": "kg"},
}
LAYER = "wildlife"


def imported(folder: Path, source_id: str, rows: list[dict[str, object]], **changes: object) -> None:
    """Import a made-up file of a source of one's own."""
    card = {**CARD, "id": source_id, "layer": LAYER, "columns": OWN, "reliability": "B", "credibility": "2", **changes}
    path = files.table(folder / f"{source_id}.csv", rows)
    importing.import_mapped(folder / "store", mapping.checked(card, "MAP.toml"), [path])


def counted(root: Path, layer: str = LAYER) -> int:
    """Return the records on all flows of a layer."""
    return int(assemble.flows(stores.opened(root), Filters(layers=(layer,)))["record_count"].sum())


PLANTED = [{**ROW, "Date": f"2020-{month:02}-10", "Weight": 10.0 * month} for month in range(1, 13)]
AGAIN = [{**row, "Date": str(row["Date"]).replace("-10", "-12"), "To": ""} for row in PLANTED[:5]]
NEAR = [{**row, "Date": str(row["Date"]).replace("-10", "-14")} for row in PLANTED[5:8]]


def test_flows_drop_by_exactly_the_records_that_are_merged(tmp_path: Path) -> None:
    imported(tmp_path, "own-a", PLANTED)
    publish.publish(tmp_path / "store")
    assert counted(tmp_path / "store") == 2 * 12  # two legs a journey
    imported(tmp_path, "own-b", [*AGAIN, *NEAR])
    publish.publish(tmp_path / "store")
    root = tmp_path / "store"
    assert counted(root) == 2 * (12 + 3)
    told = files.rows_of(root, "duplicates")
    assert len(told) == 5
    assert {row["dropped_source_id"] for row in told} == {"own-b"}
    seen = {row["obs_id"]: row for row in files.rows_of(root, "observations")}
    assert len(seen) == 12 + 8
    assert {row["dropped_id"] for row in told} == {name for name, row in seen.items() if row["is_subtotal"]}
    assert {row["kept_id"] for row in told} == {name for name, row in seen.items() if row["credibility"] == "1"}
    assert {row["quantity_ratio"] for row in told} == {1.0}


def test_the_evidence_names_the_other_source(tmp_path: Path) -> None:
    imported(tmp_path, "own-a", PLANTED[:2])
    imported(tmp_path, "own-b", AGAIN[:1])
    publish.publish(tmp_path / "store")
    found = assemble.evidence(stores.opened(tmp_path / "store"), Filters(layers=(LAYER,)), "KEN~UGA").records
    told = (
        found.set_index("date_start")[["also_in", "credibility"]].astype(object).where(lambda cell: cell.notna(), None)
    )
    assert told.to_numpy().tolist() == [[None, "2"], ["own-b", "1"]]


def test_the_order_of_import_changes_nothing(tmp_path: Path) -> None:
    roots = []
    for order in (("own-a", "own-b", "own-c"), ("own-c", "own-b", "own-a")):
        folder = tmp_path / "-".join(order)
        folder.mkdir()
        for source_id in order:
            imported(folder, source_id, PLANTED[:2] if source_id == "own-a" else AGAIN[:2])
        publish.publish(folder / "store")
        roots.append(folder / "store")
    one, other = (release.current(root) for root in roots)
    assert one.id == other.id
    assert [one.files[name] for name in one.files if name != "sources.parquet"] == [
        other.files[name] for name in one.files if name != "sources.parquet"
    ]
    assert len(files.rows_of(roots[0], "duplicates")) == 2 * 2
    assert counted(roots[0]) == 2 * 2


@pytest.mark.parametrize(
    "changes",
    [
        {"record_kind": "aggregate"},
        {"record_kind": "trace"},
        {"layer": "human_trafficking"},
        {"columns": {**OWN, "cases": "Cases"}},
    ],
)
def test_what_is_no_single_case_is_never_merged(tmp_path: Path, changes: dict[str, Any]) -> None:
    rows = [{**row, "Cases": 4} for row in PLANTED[:2]]
    imported(tmp_path, "own-a", rows, **changes)
    imported(tmp_path, "own-b", rows, **changes)
    publish.publish(tmp_path / "store")
    assert files.rows_of(tmp_path / "store", "duplicates") == []


@pytest.mark.parametrize("gone", ["What", "Weight"])
def test_what_does_not_say_how_much_of_what_is_never_merged(tmp_path: Path, gone: str) -> None:
    rows = [{**PLANTED[0], gone: ""}, PLANTED[1]]
    imported(tmp_path, "own-a", rows)
    imported(tmp_path, "own-b", rows)
    publish.publish(tmp_path / "store")
    assert len(files.rows_of(tmp_path / "store", "duplicates")) == 1


def test_a_year_tells_no_events_apart(tmp_path: Path) -> None:
    rows = [{**ROW, "Date": date} for date in ("2019", "2020-03")]
    imported(tmp_path, "own-a", rows)
    imported(tmp_path, "own-b", rows)
    publish.publish(tmp_path / "store")
    (told,) = files.rows_of(tmp_path / "store", "duplicates")
    assert told["dropped_row"] == 3


def test_rows_repeated_in_one_file_and_stated_by_another_source_count_once(tmp_path: Path) -> None:
    imported(tmp_path, "own-a", [ROW, ROW])
    imported(tmp_path, "own-b", [ROW])
    publish.publish(tmp_path / "store")
    legs = pd.DataFrame(files.rows_of(tmp_path / "store", "legs"))
    observed = legs[legs["status"] == "observed"]
    assert observed["weight"].sum() == pytest.approx(1)
    assert set(observed["source_id"]) == {"own-a"}


INCIDENTS = {
    **{"id": "Id", "date": "Date", "seen": "Country", "seen_lon": "Lon", "seen_lat": "Lat", "killed": "Killed"},
    "kind": "Kind",
}
EVENT: dict[str, object] = {
    **{"Id": "1", "Date": "2020-03-10", "Country": "Kenya", "Lon": 39.66, "Lat": -4.05, "Killed": 2},
    "Kind": "bombing",
}


def test_an_incident_of_two_sources_counts_once_and_is_listed(tmp_path: Path) -> None:
    given = {"layer": "terrorism", "record_kind": "incident", "columns": INCIDENTS}
    imported(tmp_path, "own-a", [EVENT, {**EVENT, "Id": "2", "Date": "2020-05-01"}], **given)
    imported(tmp_path, "own-b", [{**EVENT, "Lon": 39.7}, {**EVENT, "Id": "2", "Date": "2020-07-01"}], **given)
    publish.publish(tmp_path / "store")
    root = tmp_path / "store"
    assert [row["kind"] for row in files.rows_of(root, "duplicates")] == ["incident"]
    assert len(files.rows_of(root, "incidents")) == 3
    kept = {path.name: pq.read_metadata(path / "incidents.parquet").num_rows for path in store.imports(root)}
    assert sum(kept.values()) == 4


def test_the_sample_has_one_source_a_layer_and_so_no_duplicate(sample_root: Path) -> None:
    assert files.rows_of(sample_root, "duplicates") == []
