"""What a record counts: grade, repeats, time to crime, quantity and exposure, each by arithmetic."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboard import importing, publish
from dashboard.stores import Store
from data import contracts
from geo import evidence
from queries import connection, run
from tests.data import files

WEIGHTINGS = ["weight", "weight_items", "weight_exposure"]

CLEAR = {"reliability": "F", "credibility": "6", "trace_factor": 0.4}
OBSERVATION: dict[str, Any] = {
    "layer": "drugs",
    "date_start": pd.Timestamp(2014, 5, 6),
    "commodity": "cocaine",
    "item_count": pd.NA,
    "quantity_kg": math.nan,
    "case_count": 1,
    "repeat_count": 1,
    "is_subtotal": False,
    "trace_id": None,
    "reliability": "B",
    "credibility": "2",
}
TYPES = {
    "item_count": "Int64",
    "trace_id": "str",
    "reliability": "str",
    "credibility": "str",
    "commodity": "str",
    "quantity_kg": "float64",
}
NO_ROUTES = pd.DataFrame({"record": [-1], "layer": "drugs", "year": 2014, "route": "A>B"})
NO_EXPOSURES = pd.DataFrame({"layer": ["drugs"], "year": 1900, "route": "A>B", "h": 0.5, "factor": 9.0})
NO_TIMES = pd.DataFrame({"trace_id": ["none"], "days_min": 0, "days_max": 0})


def observations(*changes: dict[str, Any]) -> pd.DataFrame:
    """Return made-up records 0, 1, ..., one per change."""
    rows = [{"record": at, **OBSERVATION, **change} for at, change in enumerate(changes)]
    return pd.DataFrame(rows).astype(TYPES)


def journeys(numbers: pd.Series, *places: str) -> pd.DataFrame:
    """Return waypoints that take every record through the same places."""
    return pd.DataFrame(
        [{"record": number, "seq": seq, "place_id": place} for number in numbers for seq, place in enumerate(places)]
    )


def built(folder: Path, name: str, tables: dict[str, pd.DataFrame], **params: object) -> pd.DataFrame:
    """Return what a build query makes of small tables."""
    for table, rows in tables.items():
        rows.to_parquet(folder / f"{table}.parquet")
    con = connection.connect({table: [folder / f"{table}.parquet"] for table in tables}, folder)
    run.build(con, name, **params)
    found: pd.DataFrame = run.arrow(con, name).to_pandas()
    con.close()
    return found


def weights(folder: Path, records: pd.DataFrame, **tables: pd.DataFrame) -> pd.DataFrame:
    """Return the weights of records by number; tables that are not given say nothing of them."""
    usual = {
        "observations": records,
        "waypoints": journeys(records["record"], "A", "B"),
        "grades": evidence.grades(),
        "trace_factors": evidence.trace_factors(),
        "times_to_crime": NO_TIMES,
        "record_routes": NO_ROUTES,
        "exposures": NO_EXPOSURES,
    }
    return built(folder, "record_weights", usual | tables, **CLEAR).set_index("record").sort_index()


def test_a_record_weighs_its_grade_times_its_cases_over_its_repeats(tmp_path: Path) -> None:
    records = observations(
        {},
        {"reliability": "C", "credibility": "3", "case_count": 10},
        {"repeat_count": 4},
        {"reliability": None},
        {"reliability": None, "credibility": None},
    )
    ungraded_source = math.sqrt(0.50 * 0.80 / (0.85 * 0.80))
    expected = [1, 10 * math.sqrt(0.70 * 0.60 / 0.68), 0.25, ungraded_source, 0.5 / math.sqrt(0.68)]
    assert weights(tmp_path, records)["record_weight"].tolist() == pytest.approx(expected)


def test_what_cannot_be_known_changes_nothing_and_is_flagged(tmp_path: Path) -> None:
    found = weights(tmp_path, observations({}, {"quantity_kg": 0.0}))
    assert found[["quantity_factor", "exposure_factor"]].to_numpy().tolist() == [[1, 1], [1, 1]]
    assert not found[["is_quantity_known", "is_exposure_known"]].to_numpy().any()
    assert found["trace_factor"].tolist() == [0.4, 0.4]


def test_subtotals_weigh_nothing_because_they_are_not_there(tmp_path: Path) -> None:
    assert weights(tmp_path, observations({}, {"is_subtotal": True})).index.tolist() == [0]


@pytest.mark.parametrize(
    ("days", "factor"),
    [
        ((0, 0), 1.0),
        ((364, 364), 1.0),
        ((365, 365), 0.6),
        ((1094, 1094), 0.6),
        ((1095, 1095), 0.3),
        ((20_000, 20_000), 0.3),
        ((-1, -1), 0.4),  # sold after it was seized: unknown
        ((-1, 30), 0.4),
        ((200, 364), 1.0),
        ((364, 365), 0.4),  # the dates do not say which class
    ],
)
def test_a_trace_counts_by_its_time_to_crime(tmp_path: Path, days: tuple[int, int], factor: float) -> None:
    times = pd.DataFrame({"trace_id": ["t"], "days_min": days[0], "days_max": days[1]})
    found = weights(tmp_path, observations({"trace_id": "t"}, {"trace_id": "other"}), times_to_crime=times)
    assert found["trace_factor"].tolist() == [factor, 0.4]


def test_a_quantity_counts_by_doublings_over_the_median_of_its_commodity(tmp_path: Path) -> None:
    kg = [1.0, 2.0, 6.0]  # median 2
    records = observations(
        *[{"quantity_kg": value} for value in kg],
        {"quantity_kg": 50.0, "commodity": "opiates"},
        {"quantity_kg": 0.01, "commodity": None},
        {"item_count": 7},  # pieces are no kilograms
        *[{"item_count": n, "case_count": cases, "layer": "firearms"} for n, cases in ((30, 10), (1, 1), (3, 1))],
    )
    found = weights(tmp_path, records)
    expected = [math.log2(1.5), 1, 2, 1, 1, 1, 1, math.log2(4 / 3), 1]  # thirty in ten cases are three a case
    assert found["quantity_factor"].tolist() == pytest.approx(expected)
    assert found["is_quantity_known"].all()


def test_a_record_of_no_case_weighs_nothing_and_moves_no_other(tmp_path: Path) -> None:
    amounts: dict[str, dict[str, object]] = {"drugs": {"quantity_kg": 2.0}, "firearms": {"item_count": 2}}
    records = observations(
        *[{"layer": layer, **amount, "case_count": cases} for layer, amount in amounts.items() for cases in (1, 0)]
    )
    found = weights(tmp_path, records)
    assert found["record_weight"].tolist() == [1, 0, 1, 0]
    assert found["quantity_factor"].tolist() == [1, 1, 1, 1]
    assert found["is_quantity_known"].tolist() == [True, False, True, False]


def test_the_median_is_that_of_records_that_state_a_journey(tmp_path: Path) -> None:
    records = observations({"quantity_kg": 8.0}, *[{"quantity_kg": 1.0}] * 5)
    points = pd.concat([journeys(records["record"][:1], "A", "B"), journeys(records["record"][1:], "A")])
    found = weights(tmp_path, records, waypoints=points)
    assert found["quantity_factor"].tolist() == pytest.approx([1] + [math.log2(1 + 1 / 8)] * 5)


def test_exposure_is_that_of_the_record_s_layer_year_and_route(tmp_path: Path) -> None:
    records = observations({}, {}, {}, {"layer": "firearms"})
    routes = pd.DataFrame(
        {"record": records["record"], "layer": records["layer"], "year": [2014, 2015, 2014, 2014], "route": "A>B"}
    )
    routes.loc[2, "route"] = "B>A"
    known = pd.DataFrame({"layer": ["drugs"], "year": 2014, "route": "A>B", "h": 0.2, "factor": 1.5})
    found = weights(tmp_path, records, record_routes=routes, exposures=known)
    assert found["exposure_factor"].tolist() == [1.5, 1, 1, 1]
    assert found["is_exposure_known"].tolist() == [True, False, False, False]


def test_time_to_crime_runs_from_the_first_sale_to_the_last_seizure(tmp_path: Path) -> None:
    day = pd.Timestamp
    rows = [
        ("exact", 0, "sold", day(2015, 1, 1), day(2015, 1, 1)),
        ("exact", 1, "sold", day(2015, 6, 1), day(2015, 6, 1)),
        ("exact", 2, "seized", day(2016, 1, 1), day(2016, 1, 1)),  # 2015 has 365 days
        ("vague", 0, "sold", day(2015, 1, 1), day(2015, 12, 31)),
        ("vague", 1, "seized", day(2016, 1, 1), day(2016, 1, 1)),
        ("undated", 0, "sold", pd.NaT, pd.NaT),
        ("undated", 1, "sold", day(2015, 1, 1), day(2015, 1, 1)),  # not known to be the first
        ("undated", 2, "seized", day(2016, 1, 1), day(2016, 1, 1)),
        ("unsold", 0, "made", day(2015, 1, 1), day(2015, 1, 1)),
        ("unsold", 1, "seized", day(2016, 1, 1), day(2016, 1, 1)),
        ("turned", 0, "sold", day(2015, 12, 31), day(2015, 1, 1)),
        ("turned", 1, "seized", day(2016, 1, 1), day(2016, 1, 1)),
        ("same year", 0, "sold", day(2015, 1, 1), day(2015, 12, 31)),
        ("same year", 1, "seized", day(2015, 1, 1), day(2015, 12, 31)),
        ("wrong", 0, "sold", day(2016, 1, 2), day(2016, 1, 2)),
        ("wrong", 1, "seized", day(2016, 1, 1), day(2016, 1, 1)),
    ]
    events = pd.DataFrame(rows, columns=["trace_id", "seq", "event", "date_start", "date_end"])
    found = built(tmp_path, "times_to_crime", {"custody_events": events})
    assert found.to_numpy().tolist() == [["exact", 365, 365], ["same year", 0, 364], ["vague", 1, 365]]


PLACES = pd.DataFrame(
    [("DEU", "DEU"), ("city:DEU:x", "DEU"), ("FRA", "FRA"), ("ESP", "ESP"), ("COL", "COL")],
    columns=["place_id", "country_id"],
)


def route(folder: Path, *stops: tuple[str, str | None], **change: Any) -> list[tuple[str, int]]:  # noqa: ANN401
    """Return the route and position found for one record, as a list of none or one."""
    points = pd.DataFrame(stops, columns=["role", "place_id"]).astype({"place_id": "str"})
    points = points.assign(record=0, seq=range(len(stops)))
    tables = {"observations": observations(change), "waypoints": points, "places": PLACES}
    found = built(folder, "record_routes", tables)
    return list(found[["route", "position"]].itertuples(index=False, name=None))


def test_a_route_names_each_stay_in_a_country_once_and_who_seized(tmp_path: Path) -> None:
    stops = (
        ("departure", "COL"),
        ("transit", "ESP"),
        ("transit", "DEU"),
        ("seizure", "city:DEU:x"),
        ("intended_destination", "FRA"),
    )
    assert route(tmp_path, *stops) == [("COL>ESP>DEU>FRA", 3)]
    assert route(tmp_path, ("departure", "DEU"), ("seizure", "FRA"), ("intended_destination", "DEU")) == [
        ("DEU>FRA>DEU", 2)
    ]


def test_what_is_no_part_of_the_journey_is_no_part_of_the_route(tmp_path: Path) -> None:
    assert route(tmp_path, ("manufacture", "COL"), ("last_legal", "ESP"), ("seizure", "FRA")) == [("ESP>FRA", 2)]
    assert route(tmp_path, ("citizenship", "COL"), ("seizure", "FRA")) == [("FRA", 1)]
    assert route(tmp_path, ("departure", None), ("seizure", "FRA"), ("intended_destination", "COL")) == [("FRA>COL", 1)]


def test_only_a_seizure_in_a_known_country_has_a_route(tmp_path: Path) -> None:
    assert route(tmp_path, ("last_legal", "COL"), ("recovery", "FRA")) == []
    assert route(tmp_path, ("citizenship", "COL"), ("detection", "FRA")) == []
    assert route(tmp_path, ("departure", "COL"), ("seizure", None)) == []
    assert route(tmp_path, ("departure", "COL"), ("seizure", "FRA"), is_subtotal=True) == []


def test_interceptions_count_exact_repeats_once(tmp_path: Path) -> None:
    rows = [(0, "A>B", 1, 1.0), (1, "A>B", 2, 0.5), (2, "A>B", 2, 0.5), (3, "A>B", 2, 1.0)]
    routes = pd.DataFrame(rows, columns=["record", "route", "position", "record_count"]).assign(
        layer="drugs", year=2014
    )
    found = built(tmp_path, "interceptions", {"record_routes": routes})
    assert found[["route", "position", "record_count"]].to_numpy().tolist() == [["A>B", 1, 1.0], ["A>B", 2, 2.0]]


def released(folder: Path, rows: list[dict[str, object]]) -> pd.DataFrame:
    """Return the legs of a store that holds made-up drug seizures."""
    folder.mkdir()
    importing.import_files(folder / "store", "unodc-ids", [files.ids(folder / "ids.csv", *rows)])
    publish.publish(folder / "store")
    return pd.DataFrame(files.rows_of(folder / "store", "legs"))


def test_seizures_reported_twice_leave_every_weighting_as_it_was(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    ends = rng.choice(["Brazil", "Peru", "Colombia"], 300), rng.choice(["France", "Spain", ""], 300)
    distinct = [
        files.seizure(AMOUNT=f"{0.1 + at / 100:.2f}", DEPARTURE_COUNTRY=start, DESTINATION_COUNTRY=end)
        for at, (start, end) in enumerate(zip(*ends, strict=True))
    ]
    twice = [distinct[at] for at in rng.choice(300, 60, replace=False)]  # one in five
    once, again = released(tmp_path / "once", distinct), released(tmp_path / "again", distinct + twice)
    assert len(again) > len(once)
    before, after = (legs.groupby(["origin_id", "destination_id"])[WEIGHTINGS].sum() for legs in (once, again))
    pd.testing.assert_frame_equal(before, after, rtol=0.02)
    assert after["weight"].to_numpy() == pytest.approx(before["weight"].to_numpy(), rel=1e-12)


def test_the_three_weightings_differ_only_where_their_factor_is_known(store: Store) -> None:
    legs = pd.read_parquet(store.release.path("legs"))
    assert legs[WEIGHTINGS].notna().all(axis=None)
    assert (legs[WEIGHTINGS] >= 0).all(axis=None)
    for name, flag in (("weight_items", "is_quantity_known"), ("weight_exposure", "is_exposure_known")):
        is_known = legs[flag]
        assert 0 < is_known.mean() < 1
        pd.testing.assert_series_equal(legs[name][~is_known], legs["weight"][~is_known], check_names=False)
        assert (legs[name][is_known] != legs["weight"][is_known]).any()


def test_every_leg_of_a_record_shares_its_grade(store: Store) -> None:
    legs = pd.read_parquet(store.release.path("legs"))
    seen = pd.read_parquet(store.release.path("observations")).set_index("obs_id")
    plain = legs[legs["status"].isin(["observed", "intended"])]
    grade = evidence.grades().set_index(["reliability", "credibility"])["factor"]
    own = seen.loc[plain["obs_id"], ["reliability", "credibility"]].fillna({"reliability": "F", "credibility": "6"})
    expected = grade.loc[list(own.itertuples(index=False, name=None))].to_numpy()
    expected = expected * (seen["case_count"] / seen["repeat_count"]).loc[plain["obs_id"]].to_numpy()
    assert plain["weight"].to_numpy() == pytest.approx(expected)
    assert len(set(expected.round(6))) > 3


def test_detection_of_a_release_is_between_its_bounds(store: Store) -> None:
    found = pd.read_parquet(store.release.path("detection"))
    contracts.check(found, contracts.DETECTION)
    assert set(found["layer"]) == {"drugs", "firearms"}  # victims are detected, not seized on the way
    assert ((found["low"] < found["q"]) & (found["q"] < found["high"])).all()
    assert found[["low", "high"]].to_numpy().min() > 0
    assert found[["low", "high"]].to_numpy().max() < 1
