"""Relative detection: closed form, gradient, recovery of planted worlds, and what cannot be known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import approx_fprime
from scipy.stats import spearmanr

from data.errors import ContractError
from geo import interception
from geo.distance import Array

COUNTRIES, ROUTES = 40, 150


@dataclass(frozen=True)
class World:
    """Made-up journeys: true q of the countries, true share of the routes, and the seizures."""

    q: Array
    share: Array
    routes: list[str]
    seizures: pd.DataFrame  # route (number), position, one row per seizure

    @property
    def table(self) -> pd.DataFrame:
        """The seizures as counts."""
        counts = self.seizures.value_counts(["route", "position"]).rename("record_count").reset_index()
        counts["route"] = np.array(self.routes, dtype=object)[counts["route"]]
        return counts.assign(layer="drugs", year=2012).astype({"record_count": float})


def name(country: int) -> str:
    return f"C{country:02d}"


def world(seed: int, seizure_count: int, enforcer: int | None = None) -> World:
    """Return journeys through countries that each seize what reaches them with their own probability."""
    rng = np.random.default_rng(seed)
    q = np.clip(rng.beta(1.5, 8, COUNTRIES), 0.01, 0.9)
    if enforcer is not None:
        q[enforcer] = min(0.9, 5 * q[enforcer])
    busy = rng.lognormal(0, 0.8, COUNTRIES)
    stops = [
        rng.choice(COUNTRIES, rng.integers(2, 6), replace=False, p=busy / busy.sum()).tolist() for _ in range(ROUTES)
    ]
    share = rng.lognormal(0, 1, ROUTES)
    share /= share.sum()
    padded = np.array([row + [-1] * (5 - len(row)) for row in stops])
    chance = np.where(padded >= 0, q[padded], 0)
    journey = rng.choice(ROUTES, 12 * seizure_count, p=share)
    is_hit = rng.random((len(journey), 5)) < chance[journey]
    seized = np.flatnonzero(is_hit.any(axis=1))[:seizure_count]
    assert len(seized) == seizure_count
    found = pd.DataFrame({"route": journey[seized], "position": is_hit[seized].argmax(axis=1) + 1})
    return World(q, share, [">".join(map(name, row)) for row in stops], found)


def rank_correlation(made: World) -> float:
    found = interception.detection(made.table)
    truth = {name(c): made.q[c] for c in range(COUNTRIES)}
    return float(spearmanr(found["q"], found["country_id"].map(truth)).statistic)


def route_errors(made: World) -> tuple[float, float]:
    """Return the total variation between true shares of routes and those of seizures, as counted and as adjusted."""
    table = made.table
    factors = interception.exposures(table, interception.detections(table)).set_index("route")["factor"]
    raw = table.groupby("route")["record_count"].sum().reindex(made.routes, fill_value=0.0)
    adjusted = raw * factors.reindex(made.routes).fillna(0)
    return tuple(float(np.abs(n / n.sum() - made.share).sum() / 2) for n in (raw.to_numpy(), adjusted.to_numpy()))  # type: ignore[return-value]


def routes(*rows: tuple[str, int, float], layer: str = "drugs", year: int = 2012) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["route", "position", "record_count"])
    return table.assign(layer=layer, year=year)


def test_two_countries_alike_have_the_detection_found_by_hand() -> None:
    # A>B and B>A, four seizures each at the first stop: by symmetry a = b = q, where the log posterior in a,
    # 5 log a - 8 log(1 - (1 - a)(1 - b)) + 6 log(1 - a), has the slope 5 / q - 8 (1 - q) / (q (2 - q)) - 6 / (1 - q).
    # Times q (1 - q) (2 - q) that is 2 - 11 q + 3 q^2, which is 0 at (11 - sqrt 97) / 6.
    found = interception.detection(routes(("A>B", 1, 4.0), ("B>A", 1, 4.0)))
    assert found["q"].tolist() == pytest.approx([(11 - 97**0.5) / 6] * 2, rel=1e-4)
    assert found["record_count"].tolist() == [8.0, 8.0]


def test_where_nothing_was_seized_the_prior_speaks() -> None:
    found = interception.detection(routes(("A>B", 2, 0.0)))
    assert found["q"].tolist() == pytest.approx([1 / 7, 1 / 7], rel=1e-4)
    # logit q has the information 7 q (1 - q) = 6 / 7 of Beta(1 + 1, 1 + 6) alone
    reach = 1.959964 * (7 / 6) ** 0.5
    assert np.log(found["high"] / (1 - found["high"])).tolist() == pytest.approx([np.log(1 / 6) + reach] * 2, rel=1e-4)


def test_gradient_and_information_equal_finite_differences() -> None:
    found = interception.journeys(world(1, 300).table)
    x = np.random.default_rng(2).normal(-1.5, 0.7, len(found.countries))

    def value(at: Array) -> float:
        return interception.log_posterior(at, found)[0]

    gradient = interception.log_posterior(x, found)[1]
    assert gradient == pytest.approx(approx_fprime(x, value, 1e-6), abs=1e-3)
    step = 1e-5 * np.eye(len(x))
    slopes = [
        (interception.log_posterior(x + d, found)[1] - interception.log_posterior(x - d, found)[1]) / 2e-5 for d in step
    ]
    assert interception.information(x, found) == pytest.approx(-np.array(slopes), abs=1e-5)


def test_planted_detection_is_ranked_and_route_shares_come_back() -> None:
    made = [world(seed, 7500) for seed in (1, 2, 3)]
    assert min(rank_correlation(each) for each in made) >= 0.9
    errors = np.mean([route_errors(each) for each in made], axis=0)
    assert errors[1] <= errors[0] / 2


def test_intervals_hold_the_planted_detection() -> None:
    made = world(4, 7500)
    found = interception.detection(made.table)
    truth = found["country_id"].map({name(c): made.q[c] for c in range(COUNTRIES)})
    assert ((found["low"] <= truth) & (truth <= found["high"])).mean() >= 0.85


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_super_enforcer_is_told_from_its_traffic(seed: int) -> None:
    plain = world(seed, 2000)
    enforcer = int(np.argsort(plain.q)[COUNTRIES // 2])  # a middling country turns out five times as strict
    assert rank_correlation(world(seed, 2000, enforcer)) >= 0.9


def test_reversing_every_route_turns_first_stops_into_last_ones() -> None:
    there = interception.detection(routes(("A>B", 1, 30.0), ("A>B", 2, 30.0))).set_index("country_id")["q"]
    back = interception.detection(routes(("B>A", 1, 30.0), ("B>A", 2, 30.0))).set_index("country_id")["q"]
    assert there["A"] < there["B"]  # as many seized at B of those that A let pass
    assert (back["B"], back["A"]) == pytest.approx((there["A"], there["B"]), rel=1e-4)


def test_a_country_that_lets_all_pass_has_less_than_the_one_that_seizes() -> None:
    found = interception.detection(routes(("A>B>C", 2, 50.0))).set_index("country_id")["q"]
    assert found["A"] < found["C"] < found["B"]


def test_order_of_rows_and_splitting_them_change_nothing() -> None:
    table = routes(("A>B>C", 2, 40.0), ("B>C", 1, 9.0), ("C>A", 2, 5.0))
    split = pd.concat([table.assign(record_count=table["record_count"] / 2)] * 2).iloc[::-1]
    one, two = interception.detection(table), interception.detection(split)
    pd.testing.assert_frame_equal(one, two, rtol=1e-5)


def test_a_route_of_one_country_says_nothing_and_still_gets_its_exposure() -> None:
    table = routes(("A>B", 1, 30.0), ("A>B", 2, 10.0), ("B", 1, 1000.0), ("D", 1, 5.0))
    found = interception.detections(table)
    pd.testing.assert_frame_equal(found, interception.detections(table.iloc[:2]))
    q = found.set_index("country_id")["q"]
    rows = interception.exposures(table, found).set_index("route")
    assert rows.index.tolist() == ["A>B", "B"]  # nothing is known of D
    assert rows.loc["B", "h"] == pytest.approx(q["B"])
    assert rows.loc["A>B", "h"] == pytest.approx(1 - (1 - q["A"]) * (1 - q["B"]))


def test_exposure_moves_weight_between_routes_and_makes_none() -> None:
    table = routes(("A>B", 1, 30.0), ("A>B", 2, 10.0), ("A>C", 1, 3.0), ("B>C>A", 3, 8.0), ("B", 1, 70.0))
    rows = interception.exposures(table, interception.detections(table))
    counts = table.groupby("route")["record_count"].sum()
    telling = rows[rows["route"] != "B"]
    assert (telling["factor"] * counts[telling["route"]].to_numpy()).sum() == pytest.approx(51)
    assert (rows["factor"] * rows["h"]).tolist() == pytest.approx([rows["factor"][0] * rows["h"][0]] * len(rows))


def test_no_record_stands_for_more_than_a_floor_allows() -> None:
    table = routes(("A>B>C", 3, 900.0), ("A", 1, 1.0))
    assert interception.detection(table)["q"].iloc[0] < 0.03  # of A, which let 900 pass
    h = interception.exposures(table, interception.detections(table)).set_index("route")["h"]
    assert h["A"] == interception.H_MIN == 0.03
    assert h["A>B>C"] > 0.03


def test_a_window_is_fitted_alone_only_with_enough_records() -> None:
    many = routes(("A>B", 1, 400.0), ("A>B", 2, 100.0), year=2012)
    few = routes(("A>B", 1, 1.0), ("A>B", 2, 499.0 - 1.0), year=2013)
    found = interception.detections(pd.concat([many, few]))
    assert found["window"].unique().tolist() == ["2010-2012", "all"]
    pd.testing.assert_frame_equal(
        found[found["window"] == "2010-2012"][["country_id", "q"]].reset_index(drop=True),
        interception.detection(many)[["country_id", "q"]],
    )
    q = found.set_index(["window", "country_id"])["q"]
    h = interception.exposures(pd.concat([many, few]), found).set_index("year")["h"]
    for year, window in ((2012, "2010-2012"), (2013, "all")):
        assert h[year] == pytest.approx(1 - (1 - q[window, "A"]) * (1 - q[window, "B"]))


def test_layers_are_fitted_each_on_its_own() -> None:
    drugs = routes(("A>B", 1, 40.0), ("A>B", 2, 10.0))
    arms = routes(("A>B", 2, 50.0), layer="firearms")
    both = interception.detections(pd.concat([drugs, arms]))
    for layer, part in (("drugs", drugs), ("firearms", arms)):
        alone = both[both["layer"] == layer].reset_index(drop=True)
        pd.testing.assert_frame_equal(alone, interception.detections(part))


def test_without_routes_nothing_is_known() -> None:
    for table in (routes().astype({"record_count": float}), routes(("A", 1, 9.0))):
        found = interception.detections(table)
        assert list(found) == list(interception.DETECTION)
        assert found.empty
        known = interception.exposures(table, found)
        assert list(known) == list(interception.EXPOSURES)
        assert known.empty


@pytest.mark.parametrize("column", interception.COLUMNS)
def test_a_missing_column_or_a_null_is_named(column: str) -> None:
    table = routes(("A>B", 1, 3.0), ("A>B", 2, 3.0))
    with pytest.raises(ContractError, match=f"column {column} is missing"):
        interception.detections(table.drop(columns=column))
    holed = table.astype({"year": "Int64", "position": "Int64"})
    holed.loc[1, column] = None
    with pytest.raises(ContractError, match=f"column {column} holds nulls"):
        interception.detections(holed)


@pytest.mark.parametrize("position", [0, 3])
def test_a_seizure_off_its_route_is_an_error(position: int) -> None:
    with pytest.raises(ContractError, match="column position"):
        interception.detection(routes(("A>B", position, 1.0)))


@pytest.mark.parametrize("count", [-1.0, np.inf])
def test_a_count_that_is_none_is_an_error(count: float) -> None:
    with pytest.raises(ContractError, match="column record_count"):
        interception.detection(routes(("A>B", 1, count)))


def test_a_thousand_times_the_records_are_fitted_as_well() -> None:
    few = world(5, 4000).table
    many = few.assign(record_count=few["record_count"] * 1000)
    found = [interception.detection(routes).set_index("country_id") for routes in (few, many)]
    # the prior weighs a thousand times less, so the estimates agree only where data speak; intervals shrink by its root
    seen = found[0]["record_count"] > 200
    assert np.corrcoef(found[0]["q"][seen], found[1]["q"][seen])[0, 1] > 0.95
    width = [(frame["high"] - frame["low"])[seen].median() for frame in found]
    assert width[1] == pytest.approx(width[0] / np.sqrt(1000), rel=0.3)
