"""Alerts: a step, a new route, a turn are found; steady routes and a busier police are not."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from data.errors import ContractError
from geo.alerts import COLUMNS, FEW, Alerts, alerts
from geo.distance import Array
from geo.panel import Panel, monthly, panel, smoothed_effort

MONTHS = pd.date_range("2014-01-01", periods=147, freq="MS")
STEP = 87  # month of the change: five years judged before it, five after


def series(onward: npt.ArrayLike, effort: Array | None = None, back: npt.ArrayLike | None = None) -> Panel:
    """Return a panel of one layer with corridors c00000, c00001...; even effort with a ripple, unless given."""
    count = np.atleast_2d(np.asarray(onward, dtype=np.float64))
    ripple = np.tile(1 + 0.001 * np.cos(np.arange(count.shape[1])), (len(count), 1))
    ids = [f"c{number:05d}" for number in range(len(count))]
    keys = pd.DataFrame({"corridor_id": ids, "layer": "firearms"})
    other = np.zeros_like(count) if back is None else np.atleast_2d(np.asarray(back, dtype=np.float64))
    months = pd.date_range("2014-01-01", periods=count.shape[1], freq="MS")
    return Panel(keys, months, count, other, ripple if effort is None else effort)


def steady(seed: int, mean: float, corridors: int = 500) -> Array:
    return np.random.default_rng([seed, int(100 * mean)]).poisson(mean, (corridors, len(MONTHS))).astype(float)


def stepped(seed: int, mean: float, after: float, corridors: int = 500) -> Array:
    """Return steady series that run at another mean from month STEP on."""
    count = steady(seed, mean, corridors)
    count[:, STEP:] = np.random.default_rng([seed, 9]).poisson(after, count[:, STEP:].shape)
    return count


def kind(found: Alerts, name: str) -> pd.DataFrame:
    return found.rows[found.rows["kind"] == name]


def between(rows: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Return the alerts of months first to last, counted from 0, last excluded."""
    return rows[(rows["month"] >= MONTHS[first]) & (rows["month"] < MONTHS[last])]


@pytest.mark.parametrize("mean", [0.05, 0.3, 1.0, 4.0])
def test_a_steady_corridor_rises_falsely_at_most_once_in_four_years(mean: float) -> None:
    found = alerts(series(steady(1, mean)))
    years = found.judged_counts["rise"] / 12
    assert years == 500 * (147 - 27) / 12
    assert len(kind(found, "rise")) / years <= 0.25
    assert len(kind(found, "spike")) / (found.judged_counts["spike"] / 12) <= 0.10
    assert (found.rows["evidence_class"] == "A").sum() <= 1


def test_corridors_that_vary_more_than_chance_are_hardly_ever_class_a() -> None:
    # every month's mean is multiplied by a gamma of shape 4: the variance is 4 + 16/4, twice a Poisson's
    rng = np.random.default_rng(21)
    count = rng.poisson(4 * rng.gamma(4, 1 / 4, (1000, 147)))
    found = alerts(series(count))
    assert (found.rows["evidence_class"] == "A").sum() <= 6  # of 240,000 judged corridor-months
    assert len(kind(found, "spike")) / (found.judged_counts["spike"] / 12) <= 0.06  # .005 x 12
    assert len(kind(found, "rise")) / (found.judged_counts["rise"] / 12) <= 0.25


@pytest.mark.parametrize(("mean", "share"), [(0.3, 0.8), (1.0, 0.92), (4.0, 0.99)])
def test_three_times_as_many_records_are_found_within_a_year(mean: float, share: float) -> None:
    rises = between(kind(alerts(series(stepped(2, mean, 3 * mean))), "rise"), STEP, STEP + 12)
    assert rises["corridor_id"].nunique() / 500 >= share
    assert (rises["since"] <= rises["month"]).all()


def test_a_strong_step_is_class_a_after_all_corridor_months_are_counted() -> None:
    # 4 to 12 records a month on 50 of 500 corridors
    count = np.vstack([steady(3, 4.0, 450), stepped(3, 4.0, 12.0, 50)])
    rows = alerts(series(count)).rows
    sure = rows[(rows["evidence_class"] == "A") & (rows["kind"] == "rise")]
    changed = sure["corridor_id"] >= "c00450"
    assert sure.loc[changed, "corridor_id"].nunique() >= 35
    assert (~changed).mean() <= 0.10
    assert (sure["observed_count"] > sure["expected_count"]).all()


def test_a_new_route_is_found_within_half_a_year_and_one_record_is_no_rise() -> None:
    rises = kind(alerts(series(stepped(4, 0.0, 1.5))), "rise")
    assert between(rises, STEP, STEP + 6)["corridor_id"].nunique() / 500 >= 0.9  # two records in six months: .94
    alone = np.zeros(147)
    alone[100] = 1.0
    assert len(alerts(series(alone)).rows) == 0


def test_displacement_from_one_corridor_to_another_alerts_on_the_second_only() -> None:
    old, new = stepped(5, 1.5, 0.0), stepped(6, 0.0, 1.5)
    rises = between(kind(alerts(series(np.vstack([old, new]))), "rise"), STEP, STEP + 6)
    assert rises.loc[rises["corridor_id"] >= "c00500", "corridor_id"].nunique() / 500 >= 0.8
    assert (rises["corridor_id"] < "c00500").sum() / 250 <= 0.25  # 500 corridors for half a year


@pytest.mark.parametrize("mean", [0.3, 1.0, 4.0])
def test_an_enforcement_surge_alerts_no_more_than_a_steady_year(mean: float) -> None:
    # the police do 1.8 times as much for a year, routes carry what they carried; effort is known from 100
    # seizures of all goods a month
    rng = np.random.default_rng([7, int(10 * mean)])
    effort = np.ones((1000, 147))
    effort[:, STEP : STEP + 12] = 1.8
    surge = rng.poisson(mean * effort)
    known = smoothed_effort(pd.DataFrame(rng.poisson(100 * effort))).to_numpy()
    calm = smoothed_effort(pd.DataFrame(rng.poisson(100.0, effort.shape))).to_numpy()
    in_control = between(alerts(series(steady(7, mean, 1000), calm)).rows, STEP, STEP + 12)
    with_offset = between(alerts(series(surge, known)).rows, STEP, STEP + 12)
    without = between(alerts(series(surge)).rows, STEP, STEP + 12)
    assert len(with_offset) <= 1.2 * len(in_control) + 2 * np.sqrt(len(in_control))
    assert len(without) >= 2 * len(in_control)
    assert with_offset["could_be_effort"].mean() >= 0.8
    assert set(with_offset.loc[with_offset["could_be_effort"], "evidence_class"]) <= {"C"}


def test_effort_that_never_changes_could_always_be_effort() -> None:
    count = stepped(8, 1.0, 5.0, 20)
    even, rippled = alerts(series(count, np.ones_like(count))), alerts(series(count))
    assert even.rows["could_be_effort"].all()
    assert not between(rippled.rows, STEP, STEP + 12)["could_be_effort"].any()
    assert even.rows["p"].to_numpy() == pytest.approx(rippled.rows["p"].to_numpy(), rel=0.1)


def test_the_unit_of_effort_does_not_matter() -> None:
    count = stepped(9, 1.0, 4.0, 30)
    effort = 1 + 0.2 * np.random.default_rng(9).random(count.shape)
    one, other = alerts(series(count, effort)).rows, alerts(series(count, 1000 * effort)).rows
    pd.testing.assert_frame_equal(one, other)


def test_one_full_month_is_a_spike_with_its_counts() -> None:
    count = np.tile([1.0, 0.0, 2.0], 49)
    count[100] = 15.0
    spikes = kind(alerts(series(count)), "spike")
    assert spikes["month"].tolist() == [MONTHS[100]]
    assert spikes["since"].tolist() == [MONTHS[100]]
    assert spikes["observed_count"].tolist() == [15.0]
    assert spikes["expected_count"].iloc[0] == pytest.approx(36.5 / 36, rel=0.01)  # one a month, and half a record


def test_a_turned_direction_is_a_reversal_and_its_mirror_the_same() -> None:
    onward, back = stepped(10, 2.0, 0.2, 200), stepped(11, 0.2, 2.0, 200)
    here, there = (kind(alerts(series(a, back=b)), "reversal") for a, b in ((onward, back), (back, onward)))
    hit = between(here, STEP, STEP + 12)
    assert hit["corridor_id"].nunique() / 200 >= 0.95
    assert ((hit["share_before"] > 0.5) & (hit["share_now"] < 0.5)).all()
    assert here["p"].to_numpy() == pytest.approx(there["p"].to_numpy())
    assert here["share_now"].to_numpy() == pytest.approx(1 - there["share_now"].to_numpy())


def test_a_direction_that_holds_or_was_never_one_is_seldom_a_reversal() -> None:
    one_way = kind(alerts(series(steady(12, 2.0), back=steady(13, 0.2))), "reversal")
    both_ways = kind(alerts(series(steady(14, 2.0), back=steady(15, 2.0))), "reversal")
    assert len(one_way) == 0
    assert len(both_ways) / (500 * 124 / 12) <= 0.05


def seen(pairs: int, month: int, layer: str = "firearms") -> pd.DataFrame:
    """Return one record in a month between each of so many pairs of places of their own."""
    ids = [f"{month}-{number}" for number in range(pairs)]
    return pd.DataFrame(
        {"layer": layer, "origin_id": ids, "destination_id": "x", "month": MONTHS[month], "record_count": 1}
    )


def test_many_pairs_never_seen_before_are_one_alert_of_the_layer() -> None:
    # forty pairs with a record every month, four of one record each: f1/n = 4.5 / (40 x 100 + 4)
    known = pd.concat([seen(40, 0).assign(month=month) for month in MONTHS])
    lone = pd.concat([seen(1, month) for month in (20, 40, 60, 80)])
    quiet = alerts(series(steady(16, 1.0, 2)), pd.concat([known, lone]))
    busy = alerts(series(steady(16, 1.0, 2)), pd.concat([known, lone, seen(5, 100)]))
    assert len(between(kind(quiet, "new_pairs"), 90, 146)) == 0
    row = between(kind(busy, "new_pairs"), 90, 146)
    assert row["month"].tolist() == [MONTHS[100]]
    assert row["since"].tolist() == [MONTHS[98]]
    assert row["observed_count"].tolist() == [5.0]
    # before month 98 there are 40 x 98 + 4 records; the window holds 3 x 40 + 5
    assert row["expected_count"].iloc[0] == pytest.approx(125 * 4.5 / 3924)
    assert row["corridor_id"].isna().all()
    assert row["layer"].tolist() == ["firearms"]


def test_new_pairs_at_the_usual_rate_are_no_alert() -> None:
    # a new pair every month, and half of all records are singletons: the next new one is expected
    rows = pd.concat([seen(2, month) for month in range(147)])
    found = alerts(series(steady(17, 1.0, 2)), rows)
    assert len(kind(found, "new_pairs")) == 0
    assert found.judged_counts["new_pairs"] > 100


def test_a_layer_without_effort_of_its_own_has_new_pairs_that_could_be_effort() -> None:
    known = pd.concat([seen(40, 0, "drugs").assign(month=month) for month in MONTHS])
    found = kind(alerts(series(steady(18, 1.0, 2)), pd.concat([known, seen(9, 100, "drugs")])), "new_pairs")
    assert found["could_be_effort"].tolist() == [True]
    assert found["evidence_class"].tolist() == ["C"]


def test_layers_do_not_see_each_other() -> None:
    count = np.vstack([stepped(19, 1.0, 4.0, 20), steady(20, 1.0, 20)])
    names = ["firearms"] * 20 + ["drugs"] * 20
    plain = series(count)
    two = Panel(plain.keys.assign(layer=names), plain.months, plain.onward, plain.back, plain.effort)
    swapped = Panel(plain.keys.assign(layer=names[::-1]), plain.months, plain.onward, plain.back, plain.effort)
    for_two, for_swapped = alerts(two).rows, alerts(swapped).rows
    key = ["kind", "corridor_id", "month"]
    assert for_two.sort_values(key)[[*key, "p", "q"]].to_numpy().tolist() == (
        for_swapped.sort_values(key)[[*key, "p", "q"]].to_numpy().tolist()
    )


def test_too_short_a_series_is_not_enough_data_and_says_so() -> None:
    short = alerts(series(np.ones((3, 23))))
    assert short.reason == FEW
    assert list(short.rows.columns) == list(COLUMNS)
    assert len(short.rows) == 0
    year_and_year = alerts(series(np.ones((3, 24))))
    assert year_and_year.reason is None
    assert year_and_year.judged_counts == {"rise": 0, "spike": 0, "reversal": 3, "new_pairs": 0}
    nothing = alerts(series(np.zeros((0, 147))))
    assert (nothing.reason, len(nothing.rows)) == (FEW, 0)


def records() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "corridor_id": ["b", "a", "a", "a"],
            "layer": ["drugs", "firearms", "firearms", "drugs"],
            "month": MONTHS[[0, 1, 1, 2]],
            "onward_count": [1, 2, 3, 0],
            "back_count": [0, 0, 4, 5],
        }
    )


def test_records_and_effort_become_series() -> None:
    effort = pd.DataFrame([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], index=["a", "b"], columns=MONTHS[:3])
    found = panel(records(), effort, MONTHS[:3])
    assert found.keys.to_numpy().tolist() == [["a", "drugs"], ["b", "drugs"], ["a", "firearms"]]
    assert found.onward.tolist() == [[0, 0, 0], [1, 0, 0], [0, 5, 0]]
    assert found.back.tolist() == [[0, 0, 5], [0, 0, 0], [0, 4, 0]]
    assert found.effort.tolist() == [[1, 2, 3], [4, 5, 6], [1, 2, 3]]


@pytest.mark.parametrize("bad", [np.nan, 0.0, -1.0])
def test_a_corridor_without_effort_is_refused_by_name(bad: float) -> None:
    effort = pd.DataFrame(1.0, index=["a", "b"], columns=MONTHS[:3])
    effort.loc["b", MONTHS[1]] = bad
    with pytest.raises(ContractError, match="effort: .* corridor b"):
        panel(records(), effort, MONTHS[:3])
    with pytest.raises(ContractError, match="effort: .* corridor a"):
        panel(records(), effort.loc[["b"]], MONTHS[:3])


def test_missing_counts_and_months_are_refused_by_name() -> None:
    effort = pd.DataFrame(1.0, index=["a", "b"], columns=MONTHS[:3])
    with pytest.raises(ContractError, match="record_count"):
        panel(records().assign(onward_count=np.nan), effort, MONTHS[:3])
    with pytest.raises(ContractError, match="month"):
        panel(records().assign(month=pd.Series(pd.NaT, range(4))), effort, MONTHS[:3])


def test_no_records_give_no_series() -> None:
    effort = pd.DataFrame(1.0, index=["a"], columns=MONTHS)
    assert alerts(panel(records().iloc[:0], effort, MONTHS)).reason == FEW


def test_effort_is_a_month_drawn_towards_its_year() -> None:
    # a year of 20 a month, then 40: usual (12 x 20 + ... ) in the thirteenth month = (11 x 20.5 + 40.5) / 12
    counts = pd.DataFrame([[20.0] * 12 + [40.0]])
    usual = (11 * 20.5 + 40.5) / 12
    assert smoothed_effort(counts).iloc[0, 12] == pytest.approx(usual * 50 / (usual + 10))
    assert smoothed_effort(counts).iloc[0, 5] == pytest.approx(20.5 * 30 / 30.5)
    assert (smoothed_effort(0 * counts) > 0).all(axis=None)
    with pytest.raises(ContractError, match="effort"):
        smoothed_effort(counts.where(counts < 40))


def test_records_become_months_with_zeros_written_out() -> None:
    months = pd.date_range("2020-01-01", periods=3, freq="MS")
    records = pd.DataFrame(
        {
            "corridor_id": ["a", "a", "b", "a", "x"],
            "month": pd.to_datetime(["2020-01-01", "2020-01-01", "2020-03-01", "2021-01-01", "2020-01-01"]),
            "record_count": [2, 3, 1, 9, 9],
        }
    )
    table = monthly(records, ["b", "a"], months)
    assert table.to_numpy().tolist() == [[0.0, 0.0, 1.0], [5.0, 0.0, 0.0]]
    assert table.index.tolist() == ["b", "a"]
    with pytest.raises(ContractError, match="record_count"):
        monthly(records.assign(record_count=np.nan), ["a"], months)
