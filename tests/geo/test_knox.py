"""Close in space and time: counts by hand, an exact expectation, and calm where there is nothing."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from data.errors import ContractError
from geo import knox as method
from geo.knox import FEW, knox

START = pd.Timestamp("2015-01-01")


def events(lon: np.ndarray, lat: np.ndarray, day: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"lon": lon, "lat": lat, "occurred_on": START + pd.to_timedelta(day, unit="D")})


def scattered(seed: int, count: int = 150, bursts: float = 0.0, trend: bool = False) -> pd.DataFrame:
    """Return ten years of events round the same dozen towns; a share of them follows another within days."""
    rng = np.random.default_rng(seed)
    towns = np.random.default_rng(99).uniform(0, 15, (12, 2))
    at = towns[rng.integers(12, size=count)] + rng.normal(0, 0.4, (count, 2))
    day = 3649 * (np.sqrt(rng.random(count)) if trend else rng.random(count))
    follows, leader = rng.random(count) < bursts, rng.integers(count, size=count)
    at[follows], day[follows] = at[leader[follows]], day[leader[follows]] + rng.integers(10, size=follows.sum())
    return events(at[:, 0], at[:, 1], np.clip(day, 0, 3649).astype(int))


def test_pairs_near_in_space_and_time_are_counted() -> None:
    # twenty seizures at the origin on days 0, 100, 200...; an attack the day after each of the first fifteen, there;
    # five attacks on the same days a thousand kilometres away
    day = 100 * np.arange(20)
    seizures = events(np.zeros(20), np.zeros(20), day)
    attacks = events(np.where(day < 1500, 0.1, 9.0), np.zeros(20), day + 1)
    found = knox(seizures, attacks, 1, 199)
    assert (found.pair_count, found.near_count) == (15.0, 20 * 15)
    # a permuted date meets any of twenty with equal chance: 15 attacks x 1/20 x 20 seizures near them
    assert found.expected == pytest.approx(15.0, rel=0.05)
    assert found.p >= 0.9  # all at one place: the dates cannot tell


def test_events_that_follow_each_other_are_found_wherever_they_are() -> None:
    seizures = scattered(1)
    attacks = scattered(2)
    attacks.iloc[:30] = seizures.iloc[:30].to_numpy()
    found = knox(seizures, attacks, 1, 199)
    assert found.p <= 0.01
    assert found.ratio > 1.3
    assert found.reason is None


def test_the_expectation_is_the_mean_over_all_permutations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(method, "EVENTS_MIN", 5)
    rng = np.random.default_rng(3)
    place, other = rng.integers(2, size=(2, 5)) * 5.0
    day, other_day = np.sort(rng.integers(120, size=(2, 5)), axis=1)
    near = method._near(*(method._placed(events(x, x, d))[0] for x, d in ((place, day), (other, other_day))))
    days = day.astype(float), other_day.astype(float)
    counts = [
        sum(abs(order[i] - other_day[j]) <= 30 for i in range(5) for j in range(5) if place[i] == other[j])
        for order in permutations(day)
    ]
    assert method._permuted(days, near, 0, (1, 1))[1] == pytest.approx(np.mean(counts))


def test_swapping_the_kinds_changes_nothing() -> None:
    a, b = scattered(4, 80), scattered(5, 120)
    one, other = knox(a, b, 7, 99), knox(b, a, 7, 99)
    assert (one.pair_count, one.expected, one.p, one.ratio) == (other.pair_count, other.expected, other.p, other.ratio)
    assert (one.first_count, one.second_count) == (other.second_count, other.first_count)


def test_the_order_of_rows_changes_nothing() -> None:
    a, b = scattered(6), scattered(7)
    assert knox(a, b, 7, 99) == knox(a.iloc[::-1], b.sample(frac=1, random_state=1), 7, 99)


@pytest.mark.parametrize(("bursts", "trend"), [(0.0, False), (0.0, True), (0.5, False)])
def test_independent_events_are_seldom_called_near_even_with_bursts_or_a_trend(bursts: float, trend: bool) -> None:
    p = [
        knox(scattered(2 * k, 150, bursts, trend), scattered(2 * k + 1, 150, bursts, trend), 1, 99).p for k in range(80)
    ]
    assert np.mean(np.array(p) <= 0.05) <= 0.05 + 2.5 * np.sqrt(0.05 * 0.95 / 80)


def campaigns(seed: int) -> pd.DataFrame:
    """Return 150 events that come in forty bursts of forty days, each in one town."""
    rng = np.random.default_rng(seed)
    towns = np.random.default_rng(99).uniform(0, 15, (12, 2))
    burst, home, start = rng.integers(40, size=150), towns[rng.integers(12, size=40)], rng.integers(3600, size=40)
    at = home[burst] + rng.normal(0, 0.1, (150, 2))
    return events(at[:, 0], at[:, 1], start[burst] + rng.integers(40, size=150))


def test_two_kinds_of_campaigns_that_know_nothing_of_each_other_are_seldom_called_near() -> None:
    # permuting dates alone breaks the bursts up and calls .18 of these worlds near
    p = np.array([knox(campaigns(2 * k), campaigns(2 * k + 1), 1, 99).p for k in range(60)])
    assert (p <= 0.05).mean() <= 0.05 + 2.5 * np.sqrt(0.05 * 0.95 / 60)


def test_distance_is_on_the_globe_across_the_date_line() -> None:
    west, east = scattered(8, 30), scattered(8, 30)
    west["lon"], west["lat"] = 179.9, 0.0
    east["lon"], east["lat"] = -179.9, 0.0  # 22 km apart
    assert knox(west, east, 1, 19).near_count == 900
    assert knox(west, east.assign(lon=-179.0), 1, 19).near_count == 0  # 122 km


def test_too_few_events_are_not_enough_data_and_blank_ones_do_not_count() -> None:
    a, b = scattered(9, 20), scattered(10, 20)
    assert knox(a, b, 1, 19).reason is None
    for column in ("lon", "lat", "occurred_on"):
        blank = a.copy()
        blank.loc[3, column] = None
        found = knox(blank, b, 1, 19)
        assert (found.reason, found.first_count) == (FEW, 19)
        assert np.isnan([found.p, found.pair_count, found.expected, found.ratio]).all()
    assert knox(a.iloc[:0], b, 1, 19).reason == FEW


def test_events_that_never_come_near_have_no_ratio() -> None:
    found = knox(scattered(11, 30), scattered(12, 30).assign(lat=70.0), 1, 19)
    assert (found.pair_count, found.expected, found.p) == (0.0, 0.0, 1.0)
    assert np.isnan(found.ratio)


def test_a_missing_column_is_refused_by_name() -> None:
    with pytest.raises(ContractError, match="occurred_on"):
        knox(scattered(13).drop(columns="occurred_on"), scattered(14), 1)
