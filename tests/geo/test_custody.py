"""Chains in date order, their contradictions and gaps: cases a reader can count on his fingers."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import ContractError
from geo import custody, diversion, tracing
from tests.geo.chains import DAY, SEIZED, SOLD, events, gaps


def test_dates_that_agree_leave_the_stated_sequence() -> None:
    # the year 2015 holds the day of the export: neither is known to come first
    chain = custody.steps(events(("made", True, date(2015, 1, 1), date(2015, 12, 31)), ("exported", True, DAY)))
    assert chain["event"].tolist() == ["made", "exported"]
    assert chain["contradiction"].isna().all()


def test_an_undated_event_stays_where_it_is_stated() -> None:
    chain = custody.steps(events(("made", True, DAY), ("imported", True), ("sold", True, date(2016, 1, 1))))
    assert chain["event"].tolist() == ["made", "imported", "sold"]
    assert chain["step"].tolist() == [0, 1, 2]


def test_dates_that_run_backwards_are_put_in_order_and_named() -> None:
    chain = custody.steps(
        events(("made", True, date(2016, 1, 1)), ("exported", True), ("imported", True, date(2015, 6, 1)), SEIZED)
    )
    assert chain["seq"].tolist() == [2, 0, 1, 3]  # the undated export stays behind what was stated before it
    assert chain["step"].tolist() == [0, 1, 2, 3]
    named = chain[chain["contradiction"].notna()]
    assert named["event"].tolist() == ["imported"]
    assert named["contradiction"].tolist() == ["dated before an earlier step"]
    assert named["contradicts_seq"].tolist() == [0]


def test_the_step_that_begins_last_is_the_one_contradicted() -> None:
    chain = custody.steps(
        events(("made", True, date(2017, 1, 1)), ("sold", True, date(2018, 1, 1)), ("seized", False, DAY))
    )
    assert chain.loc[chain["event"] == "seized", "contradicts_seq"].tolist() == [1]


def test_an_event_that_ends_before_it_begins_is_named_and_its_dates_are_not_used() -> None:
    odd = ("sold", True, date(2018, 2, 1), date(2018, 1, 1))
    chain = custody.steps(events(odd, SEIZED))
    assert chain["contradiction"].tolist()[0] == "ends before it begins"
    assert chain["date_start"].tolist()[0] == pd.Timestamp(2018, 2, 1)
    found = diversion.traces(chain).iloc[0]
    assert found["contradiction_count"] == 1
    assert pd.isna(found["diversion_days_max"]) and pd.isna(found["time_to_crime_days"])
    assert found["status"] == "identified"  # who came after whom is stated; only when is not known


def test_one_traces_dates_do_not_reach_into_the_next() -> None:
    both = pd.concat([events(SOLD, SEIZED, trace_id="a"), events(("made", True, DAY), trace_id="b")])
    assert custody.steps(both)["contradiction"].isna().all()
    assert diversion.traces(custody.steps(both))["status"].tolist() == ["identified", "no unlawful holder known"]


def test_rows_may_come_in_any_order() -> None:
    both = pd.concat([events(SOLD, SEIZED, trace_id="b"), events(SOLD, SEIZED, trace_id="a")], ignore_index=True)
    pd.testing.assert_frame_equal(custody.steps(both), custody.steps(both.iloc[[3, 0, 2, 1]]))


def test_a_gap_lasts_from_the_last_day_before_to_the_first_day_after() -> None:
    found = gaps(SOLD, SEIZED).iloc[0]
    assert len(gaps(SOLD, SEIZED)) == 1
    assert (found["from_on"], found["to_on"]) == (pd.Timestamp(2018, 1, 31), pd.Timestamp(2019, 1, 1))
    # 2018 has 365 days: 31 January to 1 January is 335; 1 January to 10 January of the next year 374
    assert (found["days_min"], found["days_max"]) == (335, 374)
    assert (found["origin_id"], found["destination_id"]) == ("AAA-1", "BBB-2")
    assert found["is_diversion"] and not found["is_open"]


def test_two_events_of_one_day_leave_no_gap() -> None:
    assert gaps(("exported", True, DAY), ("imported", True, DAY), ("seized", False, DAY)).empty


def test_dates_that_overlap_leave_a_gap_of_no_days_or_more() -> None:
    found = gaps(("made", True, date(2015, 1, 1), date(2015, 12, 31)), ("seized", True, date(2015, 3, 1))).iloc[0]
    assert (found["days_min"], found["days_max"]) == (0, 59)  # 31 days of January, 28 of February


def test_an_unknown_date_makes_a_gap_of_unknown_length() -> None:
    found = gaps(("made", True), SEIZED).iloc[0]
    assert pd.isna(found["days_min"]) and pd.isna(found["days_max"]) and pd.isna(found["from_on"])
    assert found["to_on"] == pd.Timestamp(2019, 1, 1)


def test_a_chain_that_breaks_off_ends_with_an_open_gap() -> None:
    found = gaps(SOLD)
    assert len(found) == 1
    assert found["is_open"].tolist() == [True]
    assert pd.isna(found["to_on"].iloc[0]) and pd.isna(found["destination_id"].iloc[0])
    assert gaps(SEIZED).empty


def test_a_gap_is_open_when_the_next_holder_is_not_known() -> None:
    nobody = ("sold", True, date(2018, 1, 1), None, "AAA-1", None)
    taken = (*SEIZED, None)  # who seizes is the authority, named or not
    assert gaps(("made", True, DAY), nobody, taken)["is_open"].tolist() == [True, False]


def test_the_diversion_covers_every_gap_between_its_ends() -> None:
    found = gaps(("made", True, DAY), SOLD, ("reported_lost", None, date(2018, 6, 1)), SEIZED)
    assert found["is_diversion"].tolist() == [False, True, True]


def test_no_events_give_no_rows() -> None:
    chain = custody.steps(events(SOLD).iloc[:0])
    found = diversion.traces(chain)
    assert (len(chain), len(found), len(custody.gaps(chain, found))) == (0, 0, 0)
    assert tracing.ranking(found, "lawful_place_id").empty


@pytest.mark.parametrize("column", custody.STEP_COLUMNS)
def test_a_missing_column_is_named(column: str) -> None:
    with pytest.raises(ContractError, match=f"column {column} is missing"):
        custody.steps(events(SOLD).drop(columns=column))


@pytest.mark.parametrize("column", ["trace_id", "seq", "event"])
def test_a_null_key_is_named(column: str) -> None:
    rows = events(SOLD, SEIZED)
    rows[column] = pd.Series([rows[column].iloc[0], None], dtype=object)
    with pytest.raises(ContractError, match=f"column {column} holds nulls"):
        custody.steps(rows)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"seq": 0}, "'t' has one seq twice"),
        ({"event": "eaten"}, "event 'eaten' is unknown"),
        ({"is_lawful": "yes"}, "is_lawful cannot be read"),
        ({"date_start": 20150101}, "date_start holds int64"),
        ({"date_end": "soon"}, "date_end cannot be read"),
    ],
)
def test_a_value_the_contract_does_not_allow_is_named(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ContractError, match=says):
        custody.steps(events(SOLD, SEIZED).assign(**change))


def slow_contradictions(rows: pd.DataFrame) -> list[bool]:
    """Return by two plain loops which rows are known to end before an earlier stated one begins."""
    listed = list(zip(rows["trace_id"], rows["date_start"], rows["date_end"], strict=True))
    return [
        any(listed[j][0] == trace and listed[j][1] > end for j in range(i)) for i, (trace, _, end) in enumerate(listed)
    ]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 3), st.none() | st.integers(0, 30), st.integers(0, 9)), max_size=25))
def test_order_and_contradictions_agree_with_plain_loops(drawn: list[tuple[int, int | None, int]]) -> None:
    rows = pd.DataFrame(drawn, columns=["trace", "day", "days"]).astype("float64")
    rows = rows.sort_values("trace", kind="stable", ignore_index=True)
    start = pd.Timestamp(2020, 1, 1) + pd.to_timedelta(rows["day"], unit="D")
    frame = pd.DataFrame(
        {
            "trace_id": "t" + rows["trace"].astype("str"),
            "seq": rows.groupby("trace").cumcount(),
            "event": "sold",
            "holder_raw": "x",
            "is_lawful": True,
            "date_start": start,
            "date_end": start + pd.to_timedelta(rows["days"], unit="D"),
            "place_id": None,
            "country_id": None,
        }
    )
    chain = custody.steps(frame)
    stated = chain.sort_values(["trace_id", "seq"], ignore_index=True)
    assert stated["contradiction"].notna().tolist() == slow_contradictions(frame)
    for _, one in chain.groupby("trace_id"):
        dated = one.dropna(subset=["date_start"])
        if one["contradiction"].isna().all():
            assert one["seq"].is_monotonic_increasing
        assert not (dated["date_end"].to_numpy()[1:, None] < dated["date_start"].to_numpy()[None, :-1])[
            np.tril_indices(max(len(dated) - 1, 0))
        ].any()
