"""Edges pooled between junctions and borders."""

import numpy as np
import pytest
from h3.api import basic_int as h3

from geo.flowfield import Field, Network
from geo.segments import pooled, segments, stretches
from tests.geo.toy import net

# a line A-B-C-D along the equator and N-S across it: they meet near B
CROSS = ("AD", "NS")


def edges_of(world: Network, name: str) -> np.ndarray:
    """Return the edges of one path, in no order."""
    row = world.paths[(name[0], name[1], "air")]
    return np.flatnonzero((world.forward[row] + world.backward[row]).toarray()[0] > 0)


def test_a_line_without_junctions_is_one_segment_and_all_its_edges_run_one_way() -> None:
    world = net("AD")
    edges = edges_of(world, "AD")
    number, sign = segments(world, edges)
    assert set(number) == {0}
    along = np.where((world.forward[0].toarray()[0] > 0)[edges], 1.0, -1.0)
    assert abs((sign * along).sum()) == len(edges)


def test_a_crossing_cuts_both_lines_in_two() -> None:
    world = net(*CROSS)
    edges = np.arange(len(world.km))
    number, _ = segments(world, edges)
    shared = set(edges_of(world, "AD")) & set(edges_of(world, "NS"))
    assert not shared  # they meet in one cell and have no edge in common
    assert len(set(number)) == 4


def test_a_border_cuts_a_line_where_the_zone_changes() -> None:
    world = net("AD")
    lon = np.array([h3.cell_to_latlng(cell)[1] for cell in world.cells.tolist()])
    number, _ = segments(world, np.arange(len(world.km)), (lon > 15).astype(np.int64))
    assert len(set(number)) == 3  # west of it, over it, east of it


def test_pooled_records_are_the_mean_over_the_segment_each_way() -> None:
    world = net("AD")
    edges = np.arange(len(world.km))
    parts = segments(world, edges)
    row = world.forward[0].toarray()[0], world.backward[0].toarray()[0]
    onward, back = pooled(world, edges, parts, Field(30 * row[0] + 10 * row[1], 30 * row[1] + 10 * row[0]))
    assert {round(float(onward[0]), 9), round(float(back[0]), 9)} == {30.0, 10.0}


def test_turning_a_layer_round_swaps_along_and_against() -> None:
    world = net("AD")
    edges = np.arange(len(world.km))
    parts = segments(world, edges)
    layer = Field(np.linspace(1, 2, len(edges)), np.linspace(5, 3, len(edges)))
    there = pooled(world, edges, parts, layer)
    back = pooled(world, edges, parts, Field(layer.minus, layer.plus))
    assert there[0] == pytest.approx(back[1])
    assert there[1] == pytest.approx(back[0])


def test_edges_of_one_label_that_touch_are_one_stretch() -> None:
    world = net(*CROSS)
    edges = np.arange(len(world.km))
    across = np.isin(edges, edges_of(world, "NS"))
    label = np.where(across, "COMMON", "INVERSE")
    found = stretches(world, edges, label)
    assert set(found[across]).isdisjoint(set(found[~across]))
    assert len(set(found)) == 2


def test_no_edges_give_no_segments_and_no_stretches() -> None:
    world = net()
    nothing = np.zeros(0, dtype=np.int64)
    number, sign = segments(world, nothing)
    assert len(number) == len(sign) == len(stretches(world, nothing, np.zeros(0, dtype="<U1"))) == 0
