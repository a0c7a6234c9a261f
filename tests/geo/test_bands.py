"""What runs along a corridor whose path is uncertain."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from geo import flowfield
from geo.bands import bands_of
from geo.compare import compare
from geo.flowfield import Network
from geo.overlaps import overlaps
from geo.paths import paths_between
from tests.geo.toy import flows, pairs

CELLS = flowfield.network(*paths_between(pairs("AB"))).cells

PATHS = pd.DataFrame({"place_a": ["A", "A"], "place_b": ["B", "M"]})
PATHS = PATHS.assign(network="air", length_km=100.0, confidence=1.0, refused=None)


def fork(share: float = 0.5) -> Network:
    """Return a pair A-B of two branches of two steps each, one taken with the given probability, and A-M over it."""
    a, b, upper, lower = (int(cell) for cell in CELLS[:4])
    rows = [
        ("A", "B", a, upper, share),
        ("A", "B", upper, b, share),
        ("A", "B", a, lower, 1 - share),
        ("A", "B", lower, b, 1 - share),
        ("A", "M", a, upper, 1.0),
    ]
    edges = pd.DataFrame(rows, columns=["place_a", "place_b", "from_cell", "to_cell", "probability"])
    return flowfield.network(PATHS, edges.assign(network="air"))


def along(net: Network, layer: pd.DataFrame) -> tuple[float, float]:
    """Return the records of a layer along the corridor A-B."""
    bands = bands_of(net, np.array([0]), np.ones(len(net.paths)))
    there, back = bands.records(net, flowfield.along(net, layer, "weight"))
    return float(there[0]), float(back[0])


def test_a_corridors_own_records_give_their_own_number_however_uncertain_the_path_is() -> None:
    for share in (0.5, 0.9, 1.0 - 1e-9):
        assert along(fork(share), flows(AB=20, BA=7)) == pytest.approx((20.0, 7.0))


def test_records_count_with_the_share_of_the_corridor_they_take() -> None:
    net = fork(0.9)
    # Sum km p q / Sum km p^2, where q = 1 on the first step of the likelier branch
    steps = (net.forward + net.backward).toarray()
    share = (net.km * steps[0] * steps[1]).sum() / (net.km * steps[0] ** 2).sum()
    assert 0.5 < share < 1
    assert along(net, flows(AM=12)) == pytest.approx((12 * share, 0.0))


def test_records_that_take_less_than_half_do_not_run_along() -> None:
    # the branch that A-M takes is one in ten: .1 x 1 over .1^2 + .9^2 on both steps
    assert along(fork(0.1), flows(AM=12)) == (0.0, 0.0)


def test_turning_the_layer_round_swaps_there_and_back() -> None:
    assert along(fork(), flows(BA=20, AB=7)) == pytest.approx((7.0, 20.0))


def test_two_layers_on_an_uncertain_path_are_compared_all_along_it() -> None:
    found = compare(fork(), flows(AB=40), flows(BA=40)).corridors.set_index("place_b")
    assert found["label"]["B"] == "INVERSE"


def test_few_records_stay_too_few_on_an_uncertain_path() -> None:
    found = compare(fork(), flows(AB=4), flows(BA=40)).corridors.set_index("place_b")
    assert found["label"]["B"] == "INSUFFICIENT"


def test_a_network_is_the_same_after_being_kept_as_arrays() -> None:
    net = fork(0.7)
    again = flowfield.of_arrays(PATHS, net.arrays)
    for name in ("cells", "ends", "km", "length_km", "confidence", "pair"):
        assert np.array_equal(getattr(again, name), getattr(net, name)), name
    kept, read = ((each.forward, each.backward, *each.along, *each.along_cases) for each in (net, again))
    for one, other in zip(kept, read, strict=True):
        assert other.shape == one.shape
        assert (one.toarray() == other.toarray()).all()


def test_overlaps_are_those_of_all_where_they_are_asked_for_and_none_elsewhere() -> None:
    net = fork(0.9)
    found, every = (overlaps(net.forward, net.backward, net.km, asked) for asked in (np.array([True, False]), None))
    for one, other in zip(found, every, strict=True):
        assert (one.toarray()[0] == other.toarray()[0]).all()
        assert one.toarray()[1].tolist() == [0.0, 0.0]
    assert found.same.toarray()[0, 0] == pytest.approx(1.0)


def test_no_paths_have_no_overlaps() -> None:
    nothing = csr_matrix((0, 0))
    assert [each.nnz for each in overlaps(nothing, nothing, np.zeros(0))] == [0, 0, 0]
