import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from data.errors import ContractError
from geo.rates import COLUMNS, EMERGING, FADING, INSUFFICIENT, STEADY, pooled, rate_ratios


def counts(*rows: tuple[float, float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["before_count", "after_count", "before_exposure", "after_exposure"])


def one(
    before: float, after: float, before_exposure: float = 1, after_exposure: float = 1, phi: float = 1
) -> pd.Series:
    return rate_ratios(counts((before, after, before_exposure, after_exposure)), phi).iloc[0]


def test_twice_the_records_in_half_the_time_is_four_times_the_rate() -> None:
    assert one(10, 20, before_exposure=2, after_exposure=1)["ratio"] == 4.0


def test_ten_against_none_has_the_interval_of_the_binomial_by_hand() -> None:
    # ten of ten fall in the second period: p = 2 / 2^10; lower end of the share is 0.025^(1/10)
    found = one(0, 10)
    share = 0.025**0.1
    assert found["ratio"] == math.inf
    assert found["high"] == math.inf
    assert found["low"] == pytest.approx(share / (1 - share))
    assert found["p"] == pytest.approx(2 / 2**10)
    assert found["label"] == EMERGING


def test_p_of_nine_to_one_counts_the_eleven_rarer_outcomes_of_either_side() -> None:
    # Pr(at most 1 of 10 heads) = (1 + 10) / 1024, doubled
    assert one(9, 1)["p"] == pytest.approx(22 / 1024)


def test_the_same_rate_is_steady_whatever_the_lengths() -> None:
    found = one(30, 10, before_exposure=3, after_exposure=1)
    assert (found["ratio"], found["label"]) == (1.0, STEADY)
    assert found["low"] < 1 < found["high"]


@given(some.integers(0, 60), some.integers(0, 60), some.floats(0.5, 5), some.floats(0.5, 5))
def test_exchanging_the_periods_turns_the_ratio_over_and_the_word_round(a: int, b: int, ta: float, tb: float) -> None:
    there, back = one(a, b, ta, tb), one(b, a, tb, ta)
    opposite = {EMERGING: FADING, FADING: EMERGING}
    assert back["label"] == opposite.get(there["label"], there["label"])
    if there["label"] != INSUFFICIENT:
        assert back["p"] == pytest.approx(there["p"])
        if there["low"] > 0 and there["high"] < math.inf:
            assert back["low"] == pytest.approx(1 / there["high"])
            assert back["high"] == pytest.approx(1 / there["low"])


@given(some.integers(0, 60), some.integers(0, 60), some.floats(0.5, 5), some.floats(0.5, 5))
def test_the_interval_leaves_out_one_exactly_where_p_is_below_its_level(a: int, b: int, ta: float, tb: float) -> None:
    found = one(a, b, ta, tb)
    if found["label"] != INSUFFICIENT and abs(found["p"] - 0.05) > 1e-6:
        assert (found["p"] < 0.05) == (not found["low"] <= 1 <= found["high"])


def test_overdispersion_widens_the_interval_and_leaves_the_ratio() -> None:
    plain, wide = one(20, 40), one(20, 40, phi=1.5)
    assert wide["ratio"] == plain["ratio"]
    assert wide["low"] < plain["low"]
    assert wide["high"] > plain["high"]


def test_a_lone_small_p_among_many_does_not_earn_a_word() -> None:
    # 9 to 1: p = .021, enough alone; as the best of twenty its q is 20 x .021 = .43
    assert one(9, 1)["label"] == FADING
    many = rate_ratios(counts((9, 1, 1, 1), *[(5, 5, 1, 1)] * 19), 1)
    assert many["label"].tolist() == [STEADY] * 20
    assert many["q"].iloc[0] == pytest.approx(20 * 22 / 1024)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ((2, 2, 1, 1), "fewer than 5 records"),
        ((0, 50, 0, 1), "nobody reported in the first period"),
        ((50, 0, 1, 0), "nobody reported in the second period"),
        ((0, 0, 0, 0), "no source reported in both periods"),
        ((float("nan"), 9, 1, 1), "not known"),
    ],
)
def test_what_cannot_be_tested_says_why(row: tuple[float, float, float, float], why: str) -> None:
    found = rate_ratios(counts(row), 1).iloc[0]
    assert found["label"] == INSUFFICIENT
    assert found["reason"].startswith("not enough data")
    assert why in found["reason"]
    assert np.isnan(found[["ratio", "low", "high", "p", "q"]].to_numpy(float)).all()


def test_no_rows_give_no_rows() -> None:
    assert rate_ratios(counts()).empty


def test_a_missing_or_negative_column_is_named() -> None:
    with pytest.raises(ContractError, match="after_exposure"):
        rate_ratios(counts((1, 2, 3, 4)).drop(columns="after_exposure"))
    with pytest.raises(ContractError, match="before_count"):
        rate_ratios(counts((-1, 2, 3, 4)))


def strata(*rows: tuple[str, float, float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["layer", *COLUMNS])


def test_one_source_is_its_own_pool() -> None:
    found = pooled(strata(("drugs", 4, 6, 2, 3)), ["layer"])
    assert found[list(COLUMNS)].to_numpy() == pytest.approx(np.array([[4, 6, 2, 3]]))


def test_a_source_that_falls_silent_makes_no_fading() -> None:
    # the first source halves its rate in nothing: 50 a year both times; the second reports in the first period only
    found = pooled(strata(("drugs", 50, 50, 1, 1), ("drugs", 900, 0, 1, 0)), ["layer"])
    assert found[list(COLUMNS)].to_numpy() == pytest.approx(np.array([[50, 50, 1, 1]]))


def test_sources_of_different_length_at_unchanged_rates_give_no_change() -> None:
    # 10 a year in 1 and 3 years, 20 a year in 2 and 2 years: shares after 3/4 of 40 and 1/2 of 80, 70 of 120 in all
    found = pooled(strata(("drugs", 10, 30, 1, 3), ("drugs", 40, 40, 2, 2)), ["layer"])
    row = found.iloc[0]
    assert row["after_exposure"] / (row["before_exposure"] + row["after_exposure"]) == pytest.approx(70 / 120)
    assert rate_ratios(found, 1)["ratio"].item() == pytest.approx(1)


def test_sources_that_never_report_together_are_not_enough() -> None:
    found = pooled(strata(("drugs", 50, 0, 1, 0), ("drugs", 0, 70, 0, 1)), ["layer"])
    assert "no source reported in both" in rate_ratios(found)["reason"].item()
    assert found[["before_count", "after_count"]].to_numpy().tolist() == [[50, 70]]


def test_a_key_whose_only_source_is_silent_before_says_which_period() -> None:
    found = pooled(strata(("drugs", 0, 70, 0, 1)), ["layer"])
    assert "first period" in rate_ratios(found)["reason"].item()


def test_a_key_without_records_in_either_period_has_too_few() -> None:
    found = pooled(strata(("drugs", 0, 0, 1, 1)), ["layer"])
    assert "fewer than 5" in rate_ratios(found)["reason"].item()


def test_each_key_is_pooled_alone_and_no_rows_give_no_rows() -> None:
    found = pooled(strata(("drugs", 4, 6, 2, 3), ("firearms", 1, 1, 1, 1)), ["layer"])
    assert found["layer"].tolist() == ["drugs", "firearms"]
    assert pooled(strata(), ["layer"]).empty
