"""Pairs of places to steps between cells."""

import numpy as np
import pandas as pd
import pytest
from h3.api import basic_int as h3

from data.cells import cells_at
from geo import distance
from geo.overlaps import by_rows
from geo.paths import ANTIPODAL_KM, paths_between
from tests.geo.toy import net, pairs

ONE_DEGREE_KM = 111.319  # on the equator of WGS 84


def test_one_degree_on_the_equator_has_its_length() -> None:
    km = distance.geodesic_km(*(np.array([value]) for value in (0.0, 0.0, 1.0, 0.0)))
    assert km[0] == pytest.approx(ONE_DEGREE_KM, abs=0.001)


def test_path_has_the_geodesic_length_and_starts_and_ends_in_its_places() -> None:
    paths, edges = paths_between(pairs("AB"))
    assert paths["length_km"].iloc[0] == pytest.approx(10 * ONE_DEGREE_KM, abs=0.01)
    start, end = cells_at(np.array([0.0, 10.0]), np.array([0.0, 0.0]))
    assert edges["from_cell"].iloc[0] == start
    assert edges["to_cell"].iloc[-1] == end
    assert (edges["to_cell"].iloc[:-1].to_numpy() == edges["from_cell"].iloc[1:].to_numpy()).all()


def world(count: int) -> pd.DataFrame:
    """Return pairs of places all over the globe, from a fixed seed."""
    draw = np.random.default_rng(7)
    lon, lat = draw.uniform(-180, 180, (2, count)), np.degrees(np.arcsin(draw.uniform(-0.95, 0.95, (2, count))))
    names = [f"{i:04d}" for i in range(count)]
    return pd.DataFrame(
        {
            "place_a": names,
            "place_b": [n + "z" for n in names],
            "lon_a": lon[0],
            "lat_a": lat[0],
            "lon_b": lon[1],
            "lat_b": lat[1],
        }
    )


def test_every_step_joins_neighbouring_cells_all_over_the_globe() -> None:
    _, edges = paths_between(world(150))
    steps = edges[["from_cell", "to_cell"]].drop_duplicates()
    assert all(h3.are_neighbor_cells(int(a), int(b)) for a, b in steps.itertuples(index=False))


def test_path_over_the_antimeridian_takes_the_short_way() -> None:
    places = {"M": (121.0, 14.6), "L": (-118.2, 34.1)}  # Manila, Los Angeles: about 11,750 km over the Pacific
    paths, edges = paths_between(pairs("LM", places=places))
    assert paths["length_km"].iloc[0] == pytest.approx(11_750, rel=0.01)
    lon = np.array([h3.cell_to_latlng(int(cell))[1] for cell in edges["to_cell"]])
    assert not ((lon > -110) & (lon < 110)).any()


def test_ends_almost_opposite_are_refused_with_a_reason() -> None:
    paths, edges = paths_between(pairs("AZ", places={"A": (0.0, 0.0), "Z": (179.5, 0.2)}))
    assert paths["length_km"].isna().all()
    assert paths["refused"].iloc[0].startswith("the ends lie almost opposite")
    assert len(edges) == 0
    assert ANTIPODAL_KM < 20_003.9  # half a meridian: the longest there is


def test_ends_in_one_cell_give_a_path_without_steps() -> None:
    paths, edges = paths_between(pairs("AB", places={"A": (0.0, 0.0), "B": (0.01, 0.0)}))
    assert paths["length_km"].iloc[0] == pytest.approx(1.113, abs=0.001)
    assert len(edges) == 0


def test_no_pairs_give_empty_tables() -> None:
    paths, edges = paths_between(pairs())
    assert (len(paths), len(edges)) == (0, 0)
    assert set(edges.columns) == {"place_a", "place_b", "network", "from_cell", "to_cell", "probability"}
    assert len(net().km) == 0


def test_cells_of_unknown_points_are_zero() -> None:
    assert cells_at(np.array([np.nan, 0.0]), np.array([0.0, np.nan])).tolist() == [0, 0]


@pytest.mark.parametrize("order", ["ascending", "mixed"])
def test_a_matrix_is_the_same_whether_its_rows_ascend_or_not(order: str) -> None:
    rng = np.random.default_rng(3)
    cells = np.sort(rng.choice(7 * 5, 20, replace=False))
    cells = cells if order == "ascending" else rng.permutation(cells)
    values = rng.choice([0.0, 0.5, 1.0], 20)
    row, column = np.divmod(cells, 5)
    expected = np.zeros((9, 5))  # the last rows are empty
    expected[row, column] = values
    found = by_rows(values, (row, column), (9, 5))
    assert (found.toarray() == expected).all()
    assert (found.data > 0).all()
