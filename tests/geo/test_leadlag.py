"""Who follows whom: planted lags come back exactly, mirrors hold, and independent layers stay quiet."""

import numpy as np
import pandas as pd
import pytest

from data.errors import ContractError
from geo import leadlag
from geo.distance import Array
from geo.leadlag import FEW, FLAT, lead_lag, lead_lags, poisson_means


def intensities(rng: np.random.Generator, corridors: int, months: int) -> Array:
    """Return log deviations that remember half of the month before."""
    z = rng.normal(size=(corridors, months))
    for month in range(1, months):
        z[:, month] = 0.5 * z[:, month - 1] + np.sqrt(0.75) * z[:, month]
    return z


def counts(rng: np.random.Generator, deviation: Array, mean: float = 8.0) -> pd.DataFrame:
    """Return Poisson counts with a shared season and trend; the deviations have a log standard deviation of 0.5."""
    t = np.arange(deviation.shape[1])
    log_mean = np.log(mean) + 0.4 * np.sin(2 * np.pi * t / 12) + 0.004 * (t - t.mean()) + 0.5 * deviation - 0.125
    return pd.DataFrame(rng.poisson(np.exp(log_mean)).astype(float))


def planted(seed: int, lag: int, corridors: int = 100, months: int = 120) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two layers of which the second does what the first did ``lag`` months before."""
    rng = np.random.default_rng(seed)
    z = intensities(rng, corridors, months + 12)
    return counts(rng, z[:, 6 : 6 + months]), counts(rng, z[:, 6 - lag : 6 - lag + months])


def independent(seed: int, corridors: int = 1000, months: int = 120) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    return counts(rng, intensities(rng, corridors, months)), counts(rng, intensities(rng, corridors, months))


@pytest.mark.parametrize("lag", [-6, -1, 0, 3, 6])
def test_a_planted_lag_is_found_to_the_month(lag: int) -> None:
    found = lead_lags(*planted(1, lag))
    assert (found["lag_months"] == lag).mean() >= 0.97
    assert (found["p"] <= 0.05).mean() >= 0.95
    assert found["reason"].isna().all()


def test_a_noiseless_copy_three_months_later_has_lag_three_and_correlation_one() -> None:
    base = np.random.default_rng(2).poisson(20, 120).astype(float)
    found = lead_lag(base, np.roll(base, 3))
    assert found.lag_months == 3
    assert found.correlation == pytest.approx(1.0, abs=0.05)  # the months round the seam have another trend
    assert found.p < 1e-9


def test_swapping_the_layers_turns_the_lag_and_nothing_else() -> None:
    first, second = planted(3, 2)
    one, other = lead_lags(first, second), lead_lags(second, first)
    assert (one["lag_months"] == -other["lag_months"]).all()
    assert one["correlation"].to_numpy() == pytest.approx(other["correlation"].to_numpy())
    assert one["p"].to_numpy() == pytest.approx(other["p"].to_numpy())
    assert one["first_count"].equals(other["second_count"].rename("first_count"))


def test_turning_time_round_turns_the_lag() -> None:
    first, second = planted(4, 2)
    turned = [frame.iloc[:, ::-1].set_axis(frame.columns, axis=1) for frame in (first, second)]
    assert (lead_lags(*turned)["lag_months"] == -2).mean() >= 0.97


@pytest.mark.parametrize("months", [60, 120])
def test_independent_layers_with_one_season_are_called_linked_no_more_than_seven_times_in_a_hundred(
    months: int,
) -> None:
    # 1,000 corridors: the standard error of a share of .05 is .007
    found = lead_lags(*independent(5, months=months))
    assert (found["p"] <= 0.05).mean() <= 0.07
    assert (found["p"] <= 0.01).mean() <= 0.02
    assert (found["q"] <= 0.10).sum() <= 2
    assert found["p"].median() == pytest.approx(0.5, abs=0.12)


def test_q_finds_the_few_planted_among_many() -> None:
    linked, quiet = planted(6, 3, corridors=20), independent(7, corridors=380)
    first, second = (pd.concat([linked[i], quiet[i]], ignore_index=True) for i in (0, 1))
    found = lead_lags(first, second)
    is_found = found["q"] <= 0.10
    assert is_found[:20].mean() >= 0.9
    assert is_found[20:].sum() <= 5  # one in ten of those found, with room for chance
    assert (found["q"] >= found["p"]).all()


def test_effort_that_moves_both_layers_is_taken_out_by_its_offset() -> None:
    rng = np.random.default_rng(8)
    effort = pd.DataFrame(np.exp(0.6 * intensities(rng, 300, 120)))
    layers = [pd.DataFrame(rng.poisson(6 * effort).astype(float)) for _ in range(2)]
    without, with_offset = lead_lags(layers[0], layers[1]), lead_lags(layers[0], layers[1], effort, effort)
    assert (without["p"] <= 0.05).mean() >= 0.9
    assert (with_offset["p"] <= 0.05).mean() <= 0.09  # .05 + 3 standard errors of 300 corridors


def test_the_unit_of_effort_does_not_matter() -> None:
    first, second = planted(9, 1, corridors=5)
    effort = first * 0 + np.linspace(1, 2, 120)
    one, other = lead_lags(first, second, effort, effort), lead_lags(first, second, 1000 * effort, effort)
    assert one["p"].to_numpy() == pytest.approx(other["p"].to_numpy(), rel=1e-6)


def test_too_few_months_or_events_are_not_enough_data() -> None:
    ten = np.tile([10.0, 11.0, 12.0, 13.0, 14.0], 24)
    one_in_two = np.tile([1.0, 0.0], 59)  # 118 months, 59 events
    short = lead_lag(ten[:59], ten[:59])
    few = lead_lag(ten[:118], one_in_two)
    assert (short.reason, short.month_count, short.lag_months) == (FEW, 59, None)
    assert (few.reason, few.second_count) == (FEW, 59.0)
    assert np.isnan([short.p, few.p, few.correlation]).all()
    assert lead_lag(np.append(ten[:118], [1, 1]), np.append(one_in_two, [1, 0])).reason is None  # 60 events


def test_nothing_but_trend_is_not_enough_data() -> None:
    found = lead_lag(np.full(120, 4.0), np.random.default_rng(1).poisson(4, 120).astype(float))
    assert found.reason == FLAT
    assert found.lag_months is None


def test_no_corridor_gives_no_row_and_no_month_a_reason() -> None:
    empty = pd.DataFrame(np.zeros((0, 120)))
    assert list(lead_lags(empty, empty).columns) == [*leadlag.COLUMNS, "q"]
    assert len(lead_lags(empty, empty)) == 0
    assert lead_lag(np.zeros(0), np.zeros(0)).reason == FEW


def test_judged_and_unjudged_corridors_keep_their_names() -> None:
    first, second = planted(10, 3, corridors=2)
    second.iloc[1] = 0.0
    found = lead_lags(first.set_axis(["a", "b"]), second.set_axis(["a", "b"]))
    assert found.loc["a", "lag_months"] == 3
    assert found.loc["b", "reason"] == FEW
    assert found["q"].isna().tolist() == [False, True]
    assert found["q"].iloc[0] == found["p"].iloc[0]  # one test, nothing to adjust


@pytest.mark.parametrize(
    ("spoil", "word"), [("first", "first layer"), ("second", "second layer"), ("effort", "effort_first")]
)
def test_a_missing_value_is_refused_by_name(spoil: str, word: str) -> None:
    series = {name: np.full(120, 3.0) for name in ("first", "second", "effort")}
    series[spoil][5] = np.nan
    with pytest.raises(ContractError, match=word):
        lead_lag(series["first"], series["second"], series["effort"])


def test_no_effort_at_all_in_a_month_is_refused() -> None:
    with pytest.raises(ContractError, match="effort > 0"):
        lead_lag(np.full(120, 3.0), np.full(120, 3.0), None, np.append(np.ones(119), 0.0))


def test_layers_of_different_months_are_refused() -> None:
    with pytest.raises(ContractError, match="months"):
        lead_lag(np.full(120, 3.0), np.full(119, 3.0))


def test_a_poisson_fit_of_two_groups_is_their_means() -> None:
    # an intercept and one group of two: fitted means are the groups' means, whatever the offset's unit
    design = np.column_stack([np.ones(5), [0, 0, 1, 1, 1]])
    data = np.array([[1.0, 3.0, 4.0, 6.0, 8.0], [0.0, 0.0, 2.0, 2.0, 5.0]])
    means = poisson_means(data, design)
    assert means[0] == pytest.approx([2, 2, 6, 6, 6])
    assert means[1] == pytest.approx([0, 0, 3, 3, 3], abs=1e-6)
    # with exposure 1, 3 in the first group the rate is 4 / 4 = 1
    offset = np.log(np.array([[1.0, 3.0, 1.0, 1.0, 1.0]]))
    assert poisson_means(data[:1], design, offset)[0] == pytest.approx([1, 3, 6, 6, 6])
