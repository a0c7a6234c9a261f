"""Places by what runs through them; borders are in test_borders.py."""

import numpy as np
import pandas as pd
import pytest

from geo.measures import convergence, hubs
from tests.geo.toy import flows, reversed_flows


def layer(**weights: float) -> pd.DataFrame:
    return flows(**weights).assign(layer="firearms")


def test_a_hub_sends_receives_and_has_partners() -> None:
    table = hubs(layer(AB=30, AD=10, BA=4)).set_index("place_id")
    counts = table[["out_weight", "in_weight", "out_partners", "in_partners"]].to_numpy().tolist()
    assert counts[table.index.get_loc("A")] == [40, 4, 2, 1]
    assert table["net_share"]["A"] == pytest.approx(36 / 44)
    assert table["net_share"]["D"] == -1.0


def test_turning_all_flows_round_turns_the_net_share() -> None:
    one, other = (hubs(f).set_index("place_id")["net_share"] for f in (layer(AB=3), reversed_flows(layer(AB=3))))
    pd.testing.assert_series_equal(one, -other)


def test_convergence_is_the_geometric_mean_and_opposite_layers_have_a_negative_d() -> None:
    a, b = (np.array([9.0]), np.array([0.0])), (np.array([0.0]), np.array([4.0]))
    score, d = convergence(a, b)
    assert (score[0], d[0]) == (6.0, -1.0)
    assert convergence(b, a)[0][0] == 6.0
    assert convergence(a, b[::-1])[1][0] == 1.0
