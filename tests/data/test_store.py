"""The store: imports whole or not at all; releases true to their manifest, pinned, the pointer written last."""

import errno
import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard import assemble, importing, publish, routing, stores
from dashboard.filters import Filters
from data import contracts, gate, networks, release, staging, store
from data.errors import ContraflowError, SourceError, StoreError
from data.parsed import Parsed, Reading
from tests.data import files
from tests.data.files import contents, seizure


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a file of three made-up seizures and the store of its import, released."""
    folder = tmp_path_factory.mktemp("made")
    rows = [seizure(), seizure(DEPARTURE_COUNTRY="Peru", SEIZURE_DATE="2013-05-06"), seizure(AMOUNT="7")]
    importing.import_files(folder / "store", "unodc-ids", [files.ids(folder / "ids.csv", *rows)])
    publish.publish(folder / "store")
    return folder


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """Return a store of one's own, like the one that was made; its file stands beside it."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "store"


def add_events(root: Path) -> None:
    """Import a second made-up file."""
    importing.import_files(root, "ucdp-ged", [files.ged(root.parent / "ged.csv", {}, {"id": 8})])


def full_disk(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Let the disk be full from the ``at``-th table that is written, after some of its bytes."""
    write, calls = pq.ParquetWriter.write_table, []

    def write_table(writer: pq.ParquetWriter, table: pa.Table, *options: object, **more: object) -> None:
        calls.append(1)
        if len(calls) >= at:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(writer, table, *options, **more)

    monkeypatch.setattr(pq.ParquetWriter, "write_table", write_table)


def test_the_manifest_tells_the_truth(root: Path) -> None:
    made = release.current(root)
    assert release.verify(made) == []
    kept: Any = made.manifest["files"]
    tables = {f"{table.name}.parquet" for table in contracts.RELEASED}
    assert set(kept) == tables | {f"{name}.arrow" for name in contracts.ARRAYS}
    assert {name: entry["sha256"] for name, entry in kept.items()} == {
        name: gate.sha256_of(made.folder / name) for name in kept
    }
    for name in tables:
        assert kept[name]["row_count"] == pq.read_table(made.folder / name).num_rows
    # three journeys of three waypoints and two legs; BRA-DEU, PER-DEU and DEU-FRA are the pairs, the last of unstated
    # transport on one landmass: by road and by air
    counts = {name: kept[f"{name}.parquet"]["row_count"] for name in ("observations", "waypoints", "legs", "paths")}
    assert counts == {"observations": 3, "waypoints": 9, "legs": 6, "paths": 4}
    assert kept["sources.parquet"]["row_count"] == 1
    assert made.manifest["release"] == made.id == made.folder.name
    assert made.manifest["is_synthetic"] is False


def test_every_table_of_a_release_keeps_its_contract(root: Path) -> None:
    for table in contracts.RELEASED:
        contracts.check(pq.read_table(release.current(root).path(table.name)), table)


@pytest.mark.parametrize("table", ["legs", "observations", "sources"])
@pytest.mark.parametrize("at", [0, 0.5, -1])
def test_one_changed_byte_is_named(root: Path, table: str, at: float) -> None:
    path = release.current(root).path(table)
    data = bytearray(path.read_bytes())
    data[int(at * len(data)) if at >= 0 else -1] ^= 1
    path.write_bytes(data)
    assert release.verify(release.current(root)) == [f"{table}.parquet was changed after it was published"]


def test_a_missing_table_is_named(root: Path) -> None:
    release.current(root).path("legs").unlink()
    assert release.verify(release.current(root)) == ["legs.parquet is missing"]


def test_releasing_twice_changes_nothing(root: Path) -> None:
    before, first = contents(root), release.current(root).id
    assert publish.publish(root).id == first
    assert contents(root) == before


def test_equal_imports_make_equal_tables_anywhere(root: Path, tmp_path: Path) -> None:
    add_events(root)
    other = tmp_path / "other store"
    importing.import_files(other, "ucdp-ged", [tmp_path / "ged.csv"])  # in the other order
    importing.import_files(other, "unodc-ids", [tmp_path / "ids.csv"])
    one, two = publish.publish(root), publish.publish(other)
    assert one.id == two.id
    assert one.manifest["files"] == two.manifest["files"]


def test_a_second_release_holds_both_imports_and_the_first_stays_readable(root: Path) -> None:
    old = release.current(root)
    before = contents(old.folder)
    add_events(root)
    new = publish.publish(root)
    assert (new.id, release.current(root).id) == (publish.next_id(root), new.id)
    assert new.id != old.id
    assert {row["source_id"] for row in files.rows_of(root, "sources")} == {"unodc-ids", "ucdp-ged"}
    assert (len(files.rows_of(root, "observations")), len(files.rows_of(root, "incidents"))) == (3, 2)
    assert contents(old.folder) == before
    assert release.pinned(root, old.id).manifest == old.manifest
    assert release.verify(release.pinned(root, old.id)) == []


def test_another_network_or_setting_of_routes_makes_another_release(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [publish.next_id(root)]
    assert routing.SETTINGS in publish.CONSTANTS
    others = [replace(one, border_km=0.0) if one == routing.SETTINGS else one for one in publish.CONSTANTS]
    monkeypatch.setattr(publish, "CONSTANTS", tuple(others))
    ids.append(publish.next_id(root))
    monkeypatch.setattr(networks, "digest", lambda: "another")
    ids.append(publish.next_id(root))
    assert len(set(ids)) == 3


def test_a_reader_keeps_the_release_it_was_opened_with(root: Path, tmp_path: Path) -> None:
    def records(reader: stores.Store) -> int:
        return int(assemble.flows(reader, Filters(layers=("drugs",)))["record_count"].sum())

    reader = stores.opened(root)
    assert records(reader) == 3 * 2  # three journeys of two legs
    path = files.ids(tmp_path / "more.csv", seizure(PLACE="Elsewhere"))
    importing.import_files(root, "unodc-ids", [path])
    publish.publish(root)
    assert records(reader) == 3 * 2
    assert records(stores.opened(root, reader.release.id)) == 3 * 2
    assert records(stores.opened(root)) == 4 * 2


IN_ALL = len({table.name for table in contracts.RELEASED} - set(publish.BUILT))  # what SQL builds is written by DuckDB


@pytest.mark.parametrize("at", [1, 4, IN_ALL])
def test_a_full_disk_leaves_the_old_release_current_and_nothing_behind(
    root: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    add_events(root)
    before = contents(root)
    full_disk(monkeypatch, at)
    with pytest.raises(
        SourceError, match=r"^[^\n]*cannot be written \(No space left on device\); free space or [^\n]*$"
    ):
        publish.publish(root)
    assert contents(root) == before
    monkeypatch.undo()
    assert publish.publish(root).id == publish.next_id(root)


@pytest.mark.parametrize("limit", [1, 1000, 4000])
def test_a_disk_that_refuses_what_sql_builds_leaves_the_old_release(root: Path, limit: int) -> None:
    add_events(root)
    before = contents(root)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        with pytest.raises(StoreError, match=r"^[^\n]*cannot be written [^\n]*File too large\); free space or [^\n]*$"):
            publish.publish(root)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert contents(root) == before
    assert publish.publish(root).id == publish.next_id(root)


def test_a_release_writes_no_more_tables_than_these(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_events(root)
    full_disk(monkeypatch, IN_ALL + 1)
    publish.publish(root)


@pytest.mark.parametrize("at", [1, 4, 8])
def test_a_full_disk_leaves_no_half_import(root: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    before = contents(root)
    full_disk(monkeypatch, at)
    with pytest.raises(SourceError, match=r"cannot be written \(No space left on device\)"):
        add_events(root)
    assert contents(root) == before


def test_a_full_disk_at_the_second_file_takes_the_first_back(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(root)
    paths = [files.ged(root.parent / f"{at}.csv", {"id": at}) for at in (1, 2)]
    full_disk(monkeypatch, 8 + 1)  # an import is 8 tables
    with pytest.raises(SourceError, match=r"cannot be written"):
        importing.import_files(root, "ucdp-ged", [paths[0], *paths])
    assert contents(root) == before


def test_the_pointer_is_written_last_and_names_a_whole_release(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_events(root)
    write, seen = store.write_text, []

    def write_text(path: Path, words: str) -> None:
        if path.name.startswith(".CURRENT"):
            seen.append(release.verify(release.pinned(root, words.strip())))
        write(path, words)

    monkeypatch.setattr(store, "write_text", write_text)
    publish.publish(root)
    assert seen == [[]]


def test_a_pointer_that_cannot_be_written_leaves_the_old_one(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, write = release.current(root), store.write_text
    add_events(root)

    def write_text(path: Path, words: str) -> None:
        if path.name.startswith(".CURRENT"):
            path.touch()
            raise SourceError("made up")
        write(path, words)

    monkeypatch.setattr(store, "write_text", write_text)
    with pytest.raises(SourceError, match="made up"):
        publish.publish(root)
    assert release.current(root) == old
    assert [path.name for path in root.glob(".*")] == [release.LOCK]
    monkeypatch.undo()
    assert publish.publish(root).id == publish.next_id(root)


def test_row_groups_are_as_large_as_duckdb_likes_them_and_no_larger(tmp_path: Path) -> None:
    store.write_parquet(pa.table({"n": np.arange(122_880 * 2 + 1)}), tmp_path / "n.parquet")
    found = pq.read_metadata(tmp_path / "n.parquet")
    assert [found.row_group(i).num_rows for i in range(found.num_row_groups)] == [122_880, 122_880, 1]


def test_legs_stand_in_the_order_of_layer_year_and_origin(root: Path, tmp_path: Path) -> None:
    importing.import_files(root, "unodc-glotip", [files.glotip(tmp_path / "g.xlsx", {}, {"Category": "Ghana"})])
    importing.import_files(root, "atf-international", [files.abroad(tmp_path / "abroad.csv", {})])
    publish.publish(root)
    keys = [(leg["layer"], leg["year"], leg["origin_cell"], leg["leg_id"]) for leg in files.rows_of(root, "legs")]
    assert keys == sorted(keys)
    assert {layer for layer, *_ in keys} == {"drugs", "firearms", "human_trafficking"}
    assert len(keys) == 6 + 2 + 1


def test_a_table_that_breaks_its_contract_is_not_stored(root: Path, tmp_path: Path) -> None:
    before = contents(root)
    parsed = files.read("ucdp-ged", files.ged(tmp_path / "ged.csv", {}))
    bad = Parsed(1, incidents=parsed.incidents.assign(lat=91.0))
    with pytest.raises(ContraflowError, match=r"Table incidents: lat 91.0 is outside -90..90"):
        staging.add(root, Reading(iter([bad])), {"id": "ucdp-ged"}, tmp_path / "ged.csv", "0" * 64)
    assert contents(root) == before


def test_an_import_keeps_its_report(root: Path) -> None:
    folder = store.imports(root)[0]
    kept = json.loads((folder / store.CARD).read_text(encoding="utf-8"))["report"]
    assert (kept["row_count_read"], kept["row_count_kept"], kept["row_count_quarantined"]) == (3, 3, 0)
    row = pq.read_table(folder / "sources.parquet").to_pylist()[0]
    assert row["file_sha256"] == gate.sha256_of(root.parent / "ids.csv")
    assert row["import_id"] == folder.name == f"unodc-ids-{row['file_sha256'][:16]}"


def no_store(root: Path) -> None:
    """Leave the store's folder empty."""


def no_release(root: Path) -> None:
    """Point to a release that is not there."""
    root.mkdir()
    (root / release.POINTER).write_text("r0", encoding="utf-8")


def no_manifest(root: Path) -> None:
    """Point to a release whose manifest is cut short."""
    no_release(root)
    (root / release.RELEASES / "r0").mkdir(parents=True)
    (root / release.RELEASES / "r0" / release.MANIFEST).write_text('{"files": ', encoding="utf-8")


@pytest.mark.parametrize("prepare", [no_store, no_release, no_manifest])
def test_a_store_that_cannot_be_opened_says_what_to_run(tmp_path: Path, prepare: Callable[[Path], None]) -> None:
    prepare(tmp_path / "store")
    with pytest.raises(StoreError, match=r"^[^\n]*store: [^\n]*run contraflow release"):
        release.current(tmp_path / "store")


@pytest.mark.parametrize("words", ["", "{", "{}", "[]", '{"files": 1}'])
def test_a_damaged_release_is_made_anew_after_what_the_sentence_says(root: Path, words: str) -> None:
    made = release.current(root)
    before = made.manifest["files"]
    (made.folder / release.MANIFEST).write_text(words, encoding="utf-8")
    with pytest.raises(StoreError, match=rf"^[^\n]* is damaged; delete {made.folder} and run contraflow release"):
        release.current(root)
    shutil.rmtree(made.folder)
    with pytest.raises(StoreError, match=rf"release {made.id} is missing; run contraflow release again\.$"):
        release.current(root)
    assert publish.publish(root).manifest["files"] == before


@pytest.mark.parametrize("words", ["", "{", "{}", "[]", '{"report": {}}', None])
def test_a_damaged_import_says_what_to_delete(root: Path, words: str | None) -> None:
    folder = store.imports(root)[0]
    if words is None:
        (folder / store.CARD).unlink()
    else:
        (folder / store.CARD).write_text(words, encoding="utf-8")
    path = root.parent / "ids.csv"
    with pytest.raises(StoreError, match=rf"^{folder}: this import is damaged [^\n]*; delete the folder and import"):
        importing.import_files(root, "unodc-ids", [path])
    shutil.rmtree(folder)
    assert importing.import_files(root, "unodc-ids", [path])[0].is_new


@pytest.mark.parametrize("table", ["observations", "quarantine", "sources"])
@pytest.mark.parametrize("damage", ["bit", "cut", "gone"])
def test_a_changed_table_of_an_import_is_released_by_nobody(root: Path, table: str, damage: str) -> None:
    folder = store.imports(root)[0]
    path = folder / f"{table}.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data if damage == "bit" else data[:100])
    if damage == "gone":
        path.unlink()
    with pytest.raises(
        StoreError, match=rf"^{path}: this table was changed [^\n]*; delete {folder} and import ids.csv"
    ):
        publish.publish(root)


def test_an_import_without_its_card_is_released_by_nobody(root: Path) -> None:
    folder = store.imports(root)[0]
    add_events(root)
    (folder / store.CARD).unlink()
    with pytest.raises(StoreError, match=rf"^{folder}: this import is damaged [^\n]*; delete the folder and import"):
        publish.publish(root)


def test_an_import_of_an_earlier_version_is_released_without_hashes(root: Path) -> None:
    card = store.imports(root)[0] / store.CARD
    kept = json.loads(card.read_text(encoding="utf-8"))
    card.write_text(json.dumps({"report": kept["report"]}), encoding="utf-8")
    (root / store.IMPORTS / "README.txt").touch()
    assert publish.publish(root) == release.current(root)


@pytest.mark.parametrize("release_id", ["..", "/", ".", "", "nope", "\ufffd", "r0/..", ".new-1-r0"])
def test_a_word_that_is_no_id_names_no_folder_to_delete(root: Path, release_id: str) -> None:
    known = release.current(root).id
    said = f"{root}: {release_id!r} is no id of a release; choose from {known}, or run contraflow release again."
    with pytest.raises(StoreError, match=f"^{re.escape(said)}$"):
        release.pinned(root, release_id)


@pytest.mark.parametrize("words", [b"", b"\xff\xfe", b"..\n"])
def test_a_damaged_pointer_is_cured_by_another_release(root: Path, words: bytes) -> None:
    (root / release.POINTER).write_bytes(words)
    with pytest.raises(StoreError, match=r"is no id of a release; choose from r\w+, or run contraflow release again"):
        release.current(root)
    assert publish.publish(root).id == publish.next_id(root)


def test_what_a_killed_process_left_is_no_obstacle(root: Path) -> None:
    name = store.folder_of(root, "ucdp-ged", gate.sha256_of(files.ged(root.parent / "ged.csv", {}, {"id": 8}))).name
    (root / store.IMPORTS / f".new-{os.getpid()}-{name}").mkdir()
    add_events(root)
    assert name in {folder.name for folder in store.imports(root)}
    assert sorted(path.name for path in (root / store.IMPORTS).glob(".*")) == []
    assert publish.publish(root).id == publish.next_id(root)


def staged_by(root: Path, process: int) -> Path:
    """Leave a whole import where a process writes it before it is moved in."""
    folder = store.imports(root)[0]
    return Path(shutil.copytree(folder, folder.with_name(f".new-{process}-{folder.name}")))


def ended_process() -> int:
    """Return the number of a process that no longer runs."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid


def test_an_import_that_is_not_in_its_place_is_in_no_release(root: Path) -> None:
    staged_by(root, os.getppid())
    staged_by(root, ended_process())
    assert publish.next_id(root) == release.current(root).id
    add_events(root)
    publish.publish(root)
    assert sorted(row["source_id"] for row in files.rows_of(root, "sources")) == ["ucdp-ged", "unodc-ids"]


def test_the_next_import_removes_what_killed_ones_left_and_no_running_one(root: Path) -> None:
    running, _ = staged_by(root, os.getppid()), staged_by(root, ended_process())
    add_events(root)
    assert list((root / store.IMPORTS).glob(".*")) == [running]


def test_nothing_to_release_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nothing is imported yet; run contraflow import SOURCE FILE --store "):
        publish.publish(tmp_path / "store")
    assert not (tmp_path / "store").exists()
