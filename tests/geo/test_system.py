"""Layers against the null model, on small worlds."""

import numpy as np
import pandas as pd
import pytest

from geo import compare, flowfield
from geo.nullmodel import od_matrix
from geo.system import distances_km, layers_test, omega_between
from tests.geo.toy import flows, net, reversed_flows

PLACES = pd.DataFrame({"lon": [0.0, 10.0, 20.0, 30.0], "lat": 0.0}, index=list("ABCD"))
RING = pd.DataFrame(
    {"lon": 30 * np.cos(np.arange(24) / 12 * np.pi), "lat": 30 * np.sin(np.arange(24) / 12 * np.pi)},
    index=[f"p{i:02d}" for i in range(24)],
)


def test_distances_are_great_circles() -> None:
    km = distances_km(PLACES)
    assert km[0, 1] == pytest.approx(6371.0088 * np.pi / 18)  # ten degrees of a great circle
    assert (km == km.T).all()
    assert (np.diag(km) == 0).all()


def test_omega_of_matrices_is_omega_of_the_flows() -> None:
    a, b = flows(AB=30, CB=5, AD=12), flows(BA=9, BC=22, DA=4)
    everything = net("AB", "AC", "AD", "BC", "BD", "CD")
    expected = compare.omega(everything.km, flowfield.field(everything, a), flowfield.field(everything, b))
    matrices = [od_matrix(layer, list("ABCD")) for layer in (a, b)]
    assert omega_between(PLACES)(matrices[0], matrices[1]) == pytest.approx(expected)


def two_layers(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a layer with a strong way round the ring, and another with the same way, both over noise."""
    draw = np.random.default_rng(seed)
    layers = []
    for _ in range(2):
        noise = pd.DataFrame(draw.choice(RING.index, (150, 2)), columns=["origin_id", "destination_id"])
        ways = pd.DataFrame({"origin_id": RING.index[:12], "destination_id": RING.index[6:18]})
        rows = pd.concat([noise.assign(weight=1.0), ways.assign(weight=20.0)], ignore_index=True)
        layers.append(rows[rows["origin_id"] != rows["destination_id"]].assign(is_coarse=False))
    return layers[0], layers[1]


def test_layers_that_run_the_same_ways_are_aligned_and_turned_ones_opposed() -> None:
    a, b = two_layers(1)
    same, turned = layers_test(RING, a, b, 99, 5), layers_test(RING, a, reversed_flows(b), 99, 5)
    assert same is not None
    assert turned is not None
    assert same.system.polarity["omega"].observed == pytest.approx(-turned.system.polarity["omega"].observed)
    assert same.system.polarity["omega"].p <= 0.05
    assert same.system.full_margin["m"].p < same.system.full_margin["r"].p


def test_swapping_the_layers_and_repeating_changes_nothing() -> None:
    a, b = two_layers(2)
    assert layers_test(RING, a, b, 49, 5) == layers_test(RING, b, a, 49, 5)


def test_layers_known_at_different_precision_are_not_tested() -> None:
    a, b = two_layers(3)
    assert layers_test(RING, a, b.assign(is_coarse=True), 9, 5) is None


def test_the_level_that_both_layers_have_more_of_is_tested() -> None:
    a, b = two_layers(4)
    few = flows(**{"XY": 1}).assign(origin_id="p00", destination_id="p05", is_coarse=True)
    found = layers_test(RING, pd.concat([a, few]), pd.concat([b, few]), 9, 5)
    assert found is not None
    assert not found.is_coarse
    assert found.place_count == len({*a["origin_id"], *a["destination_id"], *b["origin_id"], *b["destination_id"]})
