"""Common, inverse, mixed, crossing: small worlds with an answer known beforehand, and their mirrors."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import flowfield
from geo.compare import Comparison, compare
from tests.geo.toy import flows, net, reversed_flows

LINE = net("AB", "BC", "AC", "AD")
CROSS = net("AC", "NS")
FAR = {name: (index * 20.0, 40.0) for index, name in enumerate("ABCDEF")}
ROUND = net("AB", "BC", "CD", "DE", "EF", places=FAR)


def label(result: Comparison, pair: str) -> str:
    rows = result.corridors
    return str(rows.loc[(rows["place_a"] == pair[0]) & (rows["place_b"] == pair[1]), "label"].iloc[0])


def row(result: Comparison, pair: str) -> "pd.Series[float]":
    rows = result.corridors
    return rows[(rows["place_a"] == pair[0]) & (rows["place_b"] == pair[1])].iloc[0]


def test_same_way_is_common_and_reversing_one_layer_makes_it_inverse() -> None:
    same = compare(LINE, flows(AB=40), flows(AB=60))
    turned = compare(LINE, flows(AB=40), reversed_flows(flows(AB=60)))
    assert (label(same, "AB"), label(turned, "AB")) == ("COMMON", "INVERSE")
    assert (same.omega, turned.omega) == (1.0, -1.0)
    assert same.shares == {"common": 1.0, "inverse": 0.0, "mixed": 0.0}
    assert turned.shares == {"common": 0.0, "inverse": 1.0, "mixed": 0.0}


def test_both_layers_both_ways_are_mixed() -> None:
    result = compare(LINE, flows(AB=40, BA=40), flows(AB=50, BA=50))
    assert label(result, "AB") == "MIXED"
    assert result.omega == 0.0


def test_direction_agreement_is_the_product_of_the_balances() -> None:
    # firearms 30 to 10: balance +0.5; drugs 10 to 40: balance -0.6; product -0.3
    result = compare(LINE, flows(AB=30, BA=10), flows(AB=10, BA=40))
    assert row(result, "AB")["D"] == pytest.approx(-0.3)
    assert result.omega == pytest.approx(-0.3)


def test_too_few_records_are_insufficient_never_a_word() -> None:
    result = compare(LINE, flows(AB=40), flows(AB=4))
    assert label(result, "AB") == "INSUFFICIENT"
    assert np.isnan(row(result, "AB")["P_common"])


@pytest.mark.parametrize("parts", [[5.0], [0.333333333] * 15, [0.3] * 10 + [1.0] * 2, [1.0] * 2 + [0.3] * 10])
def test_five_records_in_parts_are_five(parts: list[float]) -> None:
    a = pd.concat([flows(AB=1).assign(weight=part) for part in parts], ignore_index=True)
    found = compare(net("AB"), a, a)
    assert found.corridors["label"].tolist() != ["INSUFFICIENT"]
    assert len(found.corridors) == 1
    assert found.shared_km > 0


def test_a_few_records_more_than_the_least_are_not_yet_certain() -> None:
    assert label(compare(LINE, flows(AB=3, BA=3), flows(AB=6)), "AB") == "MIXED"


def test_routes_that_cross_are_crossing_on_both() -> None:
    result = compare(CROSS, flows(AC=80), flows(NS=80))
    assert label(result, "AC") == "CROSSING"
    assert label(result, "NS") == "CROSSING"


def test_routes_that_meet_only_at_their_ends_do_not_cross() -> None:
    result = compare(LINE, flows(AB=80), flows(BC=80))
    assert label(result, "AB") == "INSUFFICIENT"


def test_layers_that_never_meet_have_no_omega() -> None:
    result = compare(ROUND, flows(AB=80), flows(EF=80))
    assert np.isnan(result.omega)
    assert all(np.isnan(share) for share in result.shares.values())


def test_a_partial_companion_counts_on_the_part_it_shares() -> None:
    # B-C lies on A-D for a third of its length: too little to run along A-D
    result = compare(net("AD", "BC"), flows(AD=80), flows(BC=80))
    assert row(result, "AD")["b_onward"] == 0
    assert label(result, "AD") == "INSUFFICIENT"
    assert row(result, "BC")["a_onward"] == pytest.approx(80)  # all of B-C lies on A-D
    assert label(result, "BC") == "COMMON"
    # A-C is two thirds of A-D: its 90 records count as 60
    result = compare(net("AD", "AC"), flows(AD=80), flows(CA=90))
    assert row(result, "AD")["b_back"] == pytest.approx(60, rel=0.1)  # cells are coarse
    assert label(result, "AD") == "INVERSE"


def test_flows_known_by_country_are_compared_with_their_like_only() -> None:
    coarse = flows(AB=60).assign(is_coarse=True)
    assert label(compare(LINE, flows(AB=40), coarse), "AB") == "INSUFFICIENT"
    assert np.isnan(compare(LINE, flows(AB=40), coarse).omega)
    assert label(compare(LINE, coarse, coarse), "AB") == "COMMON"
    both = compare(LINE, pd.concat([flows(BC=40), coarse]), pd.concat([reversed_flows(flows(BC=40)), coarse]))
    assert (label(both, "BC"), label(both, "AB")) == ("INVERSE", "COMMON")


def test_no_flows_give_no_corridors() -> None:
    result = compare(LINE, flows(), flows())
    assert len(result.corridors) == 0
    assert result.shared_km == 0


def test_flows_between_places_without_a_path_are_left_out() -> None:
    result = compare(LINE, flows(AB=40, XY=99), flows(AB=40))
    assert result.corridors[["place_a", "place_b"]].to_numpy().tolist() == [["A", "B"]]


def test_a_flow_both_ways_keeps_two_fields() -> None:
    field = flowfield.field(LINE, flows(AB=30, BA=10))
    assert sorted({*field.plus[field.total > 0], *field.minus[field.total > 0]}) == [10.0, 30.0]


PAIRS = ("AB", "BA", "BC", "CB", "CD", "DC", "DE", "ED", "EF", "FE")
worlds = st.dictionaries(st.sampled_from(PAIRS), st.integers(1, 200), min_size=1)


@settings(max_examples=60)
@given(worlds, worlds)
def test_swapping_the_layers_changes_nothing(a: dict[str, int], b: dict[str, int]) -> None:
    one, two = compare(ROUND, flows(**a), flows(**b)), compare(ROUND, flows(**b), flows(**a))
    for name in ("label", "D", "P_common", "P_inverse", "length_km"):
        pd.testing.assert_series_equal(one.corridors[name], two.corridors[name], rtol=1e-9)
    assert one.omega == pytest.approx(two.omega, abs=1e-9, nan_ok=True)


@settings(max_examples=60)
@given(worlds, worlds)
def test_reversing_one_layer_turns_common_into_inverse(a: dict[str, int], b: dict[str, int]) -> None:
    one, two = compare(ROUND, flows(**a), flows(**b)), compare(ROUND, flows(**a), reversed_flows(flows(**b)))
    turned = two.corridors["label"].replace({"COMMON": "INVERSE", "INVERSE": "COMMON"})
    pd.testing.assert_series_equal(one.corridors["label"], turned)
    np.testing.assert_allclose(one.corridors["P_common"], two.corridors["P_inverse"], atol=1e-9)
    np.testing.assert_allclose(one.corridors["D"], -two.corridors["D"], atol=1e-12)
    assert one.omega == pytest.approx(-two.omega, abs=1e-9, nan_ok=True)


@settings(max_examples=20)
@given(worlds, worlds, st.floats(0.1, 50))
def test_scaling_all_weights_leaves_the_balance(a: dict[str, int], b: dict[str, int], factor: float) -> None:
    one = compare(ROUND, flows(**a), flows(**b)).omega
    more = flows(**a).assign(weight=lambda rows: rows["weight"] * factor)
    assert compare(ROUND, more, flows(**b)).omega == pytest.approx(one, abs=1e-9, nan_ok=True)


def test_relabelling_the_places_changes_nothing() -> None:
    names = dict(zip("ABCDEF", "FEDCBA", strict=True))
    other = net(
        *("".join(sorted(names[c] for c in p)) for p in ("AB", "BC", "CD", "DE", "EF")),
        places={names[k]: v for k, v in FAR.items()},
    )
    turned = {names[a] + names[b]: n for (a, b), n in {("A", "B"): 30, ("C", "B"): 20, ("D", "E"): 9}.items()}
    one = compare(ROUND, flows(AB=30, CB=20, DE=9), flows(AB=15, BC=40, ED=12))
    two = compare(other, flows(**turned), flows(FE=15, ED=40, BC=12))
    assert two.omega == pytest.approx(one.omega, abs=1e-9)
    assert sorted(one.corridors["label"]) == sorted(two.corridors["label"])
