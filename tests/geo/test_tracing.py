"""Sources and the funnel: shares, medians and intervals a reader can redo."""

import numpy as np
import pandas as pd
import pytest

from data.errors import ContractError
from geo import tracing


def ranked(**places: list[int | None]) -> pd.DataFrame:
    """Return the ranking of places, given the days to crime of each place's traces."""
    rows = [(place, day) for place, days in places.items() for day in days]
    found = pd.DataFrame(rows, columns=["place", "time_to_crime_days"]).astype({"time_to_crime_days": "Int64"})
    under = found["time_to_crime_days"].lt(365).map({True: "under 1 year", False: "3 years and over"})
    return tracing.ranking(found.assign(time_to_crime_start="sold", time_to_crime_class=under), "place")


def test_sources_are_ranked_by_traces_with_their_denominators() -> None:
    found = ranked(A=[10], B=[20, 30, 2000])
    assert found["place"].tolist() == ["B", "A"]
    assert found["trace_count"].tolist() == [3, 1]
    assert found["known_count"].tolist() == [4, 4]
    assert found["share"].tolist() == [0.75, 0.25]
    assert found["median_days"].tolist() == [30, 10]
    assert found["under_year_count"].tolist() == [2, 1]
    assert found["under_year_share"].tolist() == pytest.approx([2 / 3, 1])


def test_a_source_nobody_knows_is_in_no_denominator() -> None:
    found = pd.DataFrame({"place": ["A", None], "time_to_crime_days": pd.array([5, 7], dtype="Int64")})
    found = found.assign(time_to_crime_start="made", time_to_crime_class=None)
    row = tracing.ranking(found, "place").iloc[0]
    assert (row["known_count"], row["share"]) == (1, 1)
    assert (row["timed_count"], row["classed_count"]) == (0, 0)  # timed from the maker: another quantity
    assert np.isnan(row["median_days"]) and np.isnan(row["under_year_share"])
    with pytest.raises(ContractError, match="column region is missing"):
        tracing.ranking(found, "region")


def test_the_median_of_an_even_count_is_the_middle_of_two_and_its_interval_needs_six() -> None:
    # six values: both of the outermost miss the median with 2 / 2**6 = 3 %; five would miss it with 6 %
    row = ranked(A=[6, 1, 5, 2, 4, 3]).iloc[0]
    assert (row["median_days"], row["median_low_days"], row["median_high_days"]) == (3.5, 1, 6)
    five = ranked(A=[1, 2, 3, 4, 5]).iloc[0]
    assert five["median_days"] == 3
    assert np.isnan(five["median_low_days"]) and np.isnan(five["median_high_days"])


def test_the_ninth_value_from_each_end_of_thirty_is_left_out_of_the_interval() -> None:
    # Bin(30, 1/2): P(X <= 9) = 0.0214 and P(X <= 10) = 0.0494, so the 10th and the 21st value
    row = ranked(A=list(range(1, 31))).iloc[0]
    assert (row["median_low_days"], row["median_high_days"]) == (10, 21)


def test_groups_of_a_ranking_do_not_mix() -> None:
    both, alone = ranked(A=[1, 2, 3, 4, 5, 6], B=[100, None]), ranked(A=[1, 2, 3, 4, 5, 6])
    names = ["median_days", "median_low_days", "median_high_days", "timed_count"]
    assert both.loc[both["place"] == "A", names].iloc[0].tolist() == alone[names].iloc[0].tolist()
    assert both.loc[both["place"] == "B", "median_days"].tolist() == [100]


def test_wilson_is_the_published_formula() -> None:
    # n = 4, x = 0: upper end z^2 / (n + z^2) = 3.84146 / 7.84146; lower end 0; x = 4 is its mirror
    share, low, high = tracing.wilson(np.array([0, 4, 2]), np.array([4, 4, 4]))
    assert share.tolist() == [0, 1, 0.5]
    assert (low[0], high[0]) == pytest.approx((0, 3.841459 / 7.841459), abs=1e-6)
    assert (low[1], high[1]) == pytest.approx((1 - 3.841459 / 7.841459, 1), abs=1e-6)
    assert low[2] + high[2] == pytest.approx(1)


def test_wilson_of_nothing_or_of_more_than_all_is_unknown() -> None:
    for value in tracing.wilson(np.array([0, 5]), np.array([0, 4])):
        assert np.isnan(value).all()


def traced(*rows: tuple[bool, bool, str, bool]) -> pd.DataFrame:
    """Return traces as (is_seizure, has_arm_count, status, is_reported)."""
    return pd.DataFrame(rows, columns=["is_seizure", "has_arm_count", "status", "is_reported"])


FOUR = traced(
    (True, True, "identified", True),
    (True, False, "identified", False),
    (True, True, "unknown", False),
    (False, True, "identified", True),
)


def test_the_funnel_counts_seizures_and_arms_apart() -> None:
    steps = tracing.funnel(tracing.Totals(10, 8, 20), FOUR).steps
    seizures, arms = (steps[steps["unit"] == unit] for unit in ("seizures", "arms"))
    assert seizures["step"].tolist() == ["seized", "traced", "identified", "reported"]
    assert seizures["count"].tolist() == [10, 3, 2, 1]
    assert seizures["of_count"].tolist()[1:] == [10, 3, 2]
    assert seizures["share"].tolist()[1:] == pytest.approx([3 / 10, 2 / 3, 1 / 2])
    assert pd.isna(seizures["of_count"].iloc[0]) and np.isnan(seizures["share"].iloc[0])
    assert arms["count"].tolist() == [20, 2, 1, 1]


def test_the_indicator_splits_its_numerator_and_says_what_it_is_not() -> None:
    unsaid = tracing.funnel(tracing.Totals(10, 8, 20), FOUR).indicator
    assert (unsaid.traced_count, unsaid.other_count, unsaid.arm_count) == (1, None, 20)
    assert unsaid.share == pytest.approx(0.05)
    assert unsaid.uncounted_seizure_count == 2
    assert "not the official value" in unsaid.note
    said = tracing.funnel(tracing.Totals(10, 8, 20, 4), FOUR).indicator
    assert (said.traced_count, said.other_count) == (1, 4)
    assert said.share == pytest.approx(0.25)
    assert said.low < 0.25 < said.high


@pytest.mark.parametrize(
    ("totals", "says"),
    [
        (tracing.Totals(0, 0, 0), "no seizure"),
        (tracing.Totals(5, 0, 0), "states how many arms"),
        (tracing.Totals(5, 5, 5, 9), "more arms are traced"),
    ],
)
def test_an_indicator_without_a_denominator_says_why(totals: tracing.Totals, says: str) -> None:
    indicator = tracing.funnel(totals, FOUR).indicator
    assert indicator.reason.startswith("not enough data")
    assert says in indicator.reason
    assert np.isnan([indicator.share, indicator.low, indicator.high]).all()
