"""Small counts about victims: worlds that differ only below the limit give one and the same release."""

import itertools
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from scipy.optimize import linprog

from dashboard import assemble, importing, publish, stores
from dashboard.filters import Filters
from dashboard.pages import tables
from dashboard.stores import Store
from data import contracts, disclosure, mapping
from data.errors import FilterError, SourceError
from data.release import MANIFEST, Release
from tests.data import files

K = disclosure.K_VICTIMS
NAMES_THE_FILE = {"import_id", "file_sha256"}
# victims by (citizenship, exploitation, year); one pair alone in its bin, one beside a published pair, one on the limit
TRUE = {
    ("NG", "IT", 2016): 42,
    ("NG", "IT", 2019): 17,
    ("NG", "ES", 2016): 7,
    ("MD", "IT", 2016): 10,
    ("MD", "IT", 2019): 9,
    ("UA", "PL", 2017): 3,
    ("UA", "PL", 2018): 25,
    ("VN", "GB", 2019): 1,
}
CARD = {
    **{"id": "own-log", "title": "Log", "publisher": "made up", "licence": "own use", "attribution": "made up"},
    **{"redistributable": True, "marking": "TLP:CLEAR"},
}
LATTICE = [date(year, 1, 1) for year in range(2013, 2024)]
REGIONS = ((), ("Europe",), ("Africa", "Europe"), ("NGA", "ITA"))


def made(folder: Path, counts: dict[tuple[str, str, int], int], k: int = K) -> Release:
    """Release a store that holds one row per victim, all different, in the layout of the global data."""
    folder.mkdir(exist_ok=True)
    rows = [
        {
            "yearOfRegistration": year,
            "gender": "Female",
            "ageBroad": f"{number}--{number}",
            "citizenship": origin,
            "isForcedLabour": 0,
            "isSexualExploit": 1,
            "isOtherExploit": 0,
            "CountryOfExploitation": destination,
        }
        for (origin, destination, year), count in counts.items()
        for number in range(count)
    ]
    importing.import_files(folder / "store", "ctdc", [files.table(folder / "victims.csv", rows)])
    return publish.publish(folder / "store", k_victims=k)


def told(release: Release) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of a release, but for what names the file itself."""
    return {
        table.name: pq.read_table(release.path(table.name))
        .drop_columns([name for name in table.schema.names if name in NAMES_THE_FILE])
        .to_pylist()
        for table in contracts.RELEASED
    }


def bins(counts: dict[tuple[str, str, int], int]) -> dict[tuple[str, str, int], int]:
    """Return the cube of a world, counted by hand: bins begin in 2013, 2016, 2019, which 3 divides."""
    cube: dict[tuple[str, str, int], int] = {}
    for (origin, destination, year), count in counts.items():
        key = (origin, destination, year // disclosure.BIN_YEARS * disclosure.BIN_YEARS)
        cube[key] = cube.get(key, 0) + count
    return cube


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return made(tmp_path_factory.mktemp("victims"), TRUE)


def test_cells_are_rounded_down_and_small_ones_withheld(release: Release) -> None:
    rows = told(release)
    counts = sorted(row["record_count"] for row in rows["legs"])
    assert counts == sorted(count // K * K for count in bins(TRUE).values() if count >= K)
    assert len(rows["withheld"]) == sum(count < K for count in bins(TRUE).values())
    assert all(row["record_count_high"] == row["record_count"] + K - 1 for row in rows["legs"])


def test_no_record_of_a_victim_is_in_a_release(release: Release) -> None:
    rows = told(release)["observations"]
    assert {row["record_kind"] for row in rows} == {"aggregate"}
    assert all(row["source_row"] == 0 and row["case_count"] % K == 0 for row in rows)


def test_neither_a_house_nor_a_day_of_a_few_victims_is_in_a_release(tmp_path: Path) -> None:
    """Two victims in places that only the file knows: a house with a point of its own, and a name nobody knows."""
    found = {"Day": "2020-03-04", "Country": "Austria", "Town": "Xyzovo house 4", "East": "16.37", "North": "48.2"}
    rows = [found, {**found, "Day": "2020-03-05", "Town": "Xyzovo house 5", "East": "", "North": ""}]
    columns = {"date": "Day", "seen": "Country", "seen_place": "Town", "seen_lon": "East", "seen_lat": "North"}
    card = {**CARD, "layer": "human_trafficking", "record_kind": "detection", "columns": columns}
    importing.import_mapped(tmp_path / "store", card, [files.table(tmp_path / "log.csv", rows)])
    rows_of = told(publish.publish(tmp_path / "store"))
    assert not rows_of["unresolved"]
    assert {row["place_id"] for row in rows_of["places"]} == {"AUT"}
    (cell,) = rows_of["withheld"]
    assert (cell["date_start"], cell["date_end"]) == (date(2020, 1, 1), date(2020, 12, 31))
    assert not any("Xyzovo" in str(row) or "16.37" in str(row) for table in rows_of.values() for row in table)


def test_incidents_about_victims_are_refused() -> None:
    card = {**CARD, "layer": "human_trafficking", "record_kind": "incident", "columns": {"date": "d", "id": "i"}}
    with pytest.raises(SourceError, match=r"^log.toml: layer human_trafficking takes no incidents.*'detection'"):
        mapping.checked(card, "log.toml")


@pytest.mark.parametrize("residue", [0, K - 1])
def test_worlds_alike_above_the_limit_give_equal_releases(release: Release, tmp_path: Path, residue: int) -> None:
    # every answer, export and page is made from the release alone: what is equal here is equal on every one of them
    other = {cell: max(count // K * K + residue, 1) for cell, count in bins(TRUE).items()}
    rows, others = told(release), told(made(tmp_path, other))
    for name in set(rows) - {"sources"}:
        assert rows[name] == others[name], name


def test_one_victim_more_shows_nothing_or_a_whole_step(release: Release, tmp_path: Path) -> None:
    before = {row["obs_id"]: row["case_count"] for row in told(release)["observations"]}
    for number, key in enumerate(TRUE):
        more = told(made(tmp_path / str(number), {**TRUE, key: TRUE[key] + 1}))["observations"]
        after = {row["obs_id"]: row["case_count"] for row in more}
        steps = {after.get(cell, 0) - before.get(cell, 0) for cell in before | after}
        assert steps <= {0, K}, key


def test_an_attacker_with_every_window_and_region_narrows_no_withheld_cell(release: Release) -> None:
    store = stores.opened(release.folder.parent.parent)
    cells = {**{cell: 0 for cell in withheld(store)}, **published(store)}
    names = list(cells)
    rows, values = [], []
    for since, until in itertools.combinations([None, *LATTICE], 2):
        for region in REGIONS:
            found = assemble.flows(
                store, Filters(since=since, until=until, region=region, layers=("human_trafficking",))
            )
            for pair in found.itertuples():
                seen = [same_pair(pair, name) and in_window(name, since, until) for name in names]
                rows.append(np.array(seen, float))
                values.append(pair.record_count)
    assert len(rows) > 100
    # each answer bounds the sum of its cells: at least what is told, less than a step more for each cell it may hold
    system = np.array(rows)
    slack = system.sum(axis=1) * (K - 1)
    bounds = [(1, K - 1) if cells[name] == 0 else (cells[name], cells[name] + K - 1) for name in names]
    for number in [names.index(name) for name in withheld(store)]:
        aim = np.zeros(len(names))
        aim[number] = 1
        least, most = (
            linprog(
                sign * aim,
                np.vstack([-system, system]),
                np.concatenate([-np.array(values), values + slack]),
                bounds=bounds,
            )
            for sign in (1, -1)
        )
        assert (round(least.fun), round(-most.fun)) == (1, K - 1)


def test_differences_of_windows_are_whole_steps(release: Release) -> None:
    store = stores.opened(release.folder.parent.parent)
    sums = [
        assemble.flows(store, Filters(since=since, until=until, layers=("human_trafficking",)))["record_count"].sum()
        for since, until in itertools.combinations(LATTICE, 2)
    ]
    assert all((one - other) % K == 0 for one, other in itertools.combinations(sums, 2))


def test_the_limit_is_stated_and_another_limit_is_another_release(release: Release, tmp_path: Path) -> None:
    stated = json.loads((release.folder / MANIFEST).read_text(encoding="utf-8"))["disclosure"]
    assert stated == {"layers": ["human_trafficking"], "bin_years": 3, "k_victims": K, "k_others": 3}
    other = made(tmp_path, TRUE, k=5)
    assert other.id != release.id
    assert {row["record_count"] for row in told(other)["legs"]} == {40, 15, 5, 10, 25}


def test_a_limit_that_protects_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FilterError, match="k-victims is 2; it must be 3 or more"):
        made(tmp_path, TRUE, k=2)


def test_small_counts_are_those_below_the_limit_of_their_layer() -> None:
    layers = pd.Series(["drugs", "drugs", "drugs", "human_trafficking", "human_trafficking"])
    assert disclosure.is_small(pd.Series([0, 2, 3, 9, 10]), layers).tolist() == [False, True, False, True, False]


def withheld(store: Store) -> list[tuple[str, str, date]]:
    rows = pq.read_table(store.release.path("withheld")).to_pylist()
    return [(row["origin_id"], row["destination_id"], row["date_start"]) for row in rows]


def published(store: Store) -> dict[tuple[str, str, date], int]:
    rows = pq.read_table(store.release.path("legs")).to_pylist()
    return {(row["origin_id"], row["destination_id"], row["date_start"]): row["record_count"] for row in rows}


def same_pair(pair: object, name: tuple[str, str, date]) -> bool:
    return (getattr(pair, "origin_id"), getattr(pair, "destination_id")) == name[:2]  # noqa: B009


def in_window(name: tuple[str, str, date], since: date | None, until: date | None) -> bool:
    return (since is None or name[2] >= since) and (until is None or name[2] < until)


def test_the_evidence_of_a_pair_marks_what_is_withheld(release: Release) -> None:
    store = stores.opened(release.folder.parent.parent)
    shown = Filters(layers=("human_trafficking",))
    for corridor, told in (("ITA~MDA", "10 and :c"), ("ESP~NGA", ":c"), ("ITA~NGA", "50")):
        table = tables.summary(assemble.evidence(store, shown, corridor))
        assert str(table["Both ways"].iloc[0]) == told
