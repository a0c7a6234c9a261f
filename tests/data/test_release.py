"""Releases under faults: flipped bits, killed writers, lost pointers, two publishers, many readers."""

import errno
import fcntl
import json
import os
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from dashboard import importing, publish, stores
from dashboard.cli import main
from data import arrays, contracts, release
from data.errors import ContractError, ContraflowError, StoreError
from tests.data import files

TABLES = [table.name for table in contracts.RELEASED]
TELLING = ("unresolved", "custody_edges")  # two tables that a reader compares

KILLER = """
import os, sys
from pathlib import Path
from data import contracts, release

root, steps = Path(sys.argv[1]), 0
tables = {table.name: contracts.empty(table) for table in contracts.RELEASED}
synced = os.fsync

def killed_at(number):
    def fsync(handle):
        global steps
        steps += 1
        if steps == number:
            os._exit(9)
        synced(handle)
    os.fsync = fsync

number, code = 0, 9
while code == 9:
    number += 1
    child = os.fork()
    if not child:
        killed_at(number)
        release.publish(root, f"r{number:03}", tables, {})
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(number, code, release.current(root).id, *release.verify(release.current(root)))
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store of two made-up seizures, released."""
    folder = tmp_path_factory.mktemp("made")
    rows = [files.seizure(), files.seizure(DEPARTURE_COUNTRY="Peru")]
    importing.import_files(folder / "store", "unodc-ids", [files.ids(folder / "ids.csv", *rows)])
    publish.publish(folder / "store")
    return folder / "store"


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """Return a store of one's own, like the one that was made."""
    return Path(shutil.copytree(made, tmp_path / "store"))


def version(number: int) -> dict[str, pa.Table]:
    """Return the tables of a release whose number stands in two of them."""
    tables = {table.name: contracts.empty(table) for table in contracts.RELEASED}
    row = {"source_id": "made up", "column": "place", "name": "Nowhere", "row_count": number}
    edge = {"trace_id": "made up", "seq": number, "from_event": "made", "to_event": "sold", "is_diversion": False}
    tables["unresolved"] = contracts.check(pd.DataFrame([row]), contracts.UNRESOLVED)
    blank = {"origin_id": None, "destination_id": None, "days": None}
    tables["custody_edges"] = contracts.check(pd.DataFrame([edge | blank]), contracts.CUSTODY_EDGES)
    return tables


def numbers(found: release.Release) -> tuple[int, int]:
    """Return the number that each of the two tables holds."""
    read = [pd.read_parquet(found.path(name)) for name in TELLING]
    return int(read[0]["row_count"][0]), int(read[1]["seq"][0])


def test_check_3_any_flipped_bit_is_refused(root: Path) -> None:
    found, rng = release.current(root), random.Random(3)  # noqa: S311
    for _ in range(200):
        path = rng.choice(sorted(found.folder / name for name in found.files))
        kept = path.read_bytes()
        at = rng.randrange(len(kept))
        path.write_bytes(kept[:at] + bytes([kept[at] ^ 1 << rng.randrange(8)]) + kept[at + 1 :])
        assert release.verify(found) == [f"{path.name} was changed after it was published"]
        path.write_bytes(kept)


def test_a_release_holds_every_table_and_array_that_its_contract_names(root: Path) -> None:
    found = release.current(root)
    tables, ready = ({f"{name}.parquet" for name in TABLES}, {f"{name}.arrow" for name in contracts.ARRAYS})
    assert set(found.files) == tables | ready == {path.name for path in found.folder.iterdir()} - {release.MANIFEST}
    for name, types in contracts.ARRAYS.items():
        held = found.arrays(name)
        assert {key: str(values.dtype) for key, values in held.items()} == types
        assert found.files[f"{name}.arrow"]["row_count"] == max(len(values) for values in held.values())
        assert not any(values.flags.writeable for values in held.values())


@pytest.mark.parametrize(
    ("change", "named"),
    [({"day": np.zeros(1)}, "day"), ({"hour": np.zeros(1)}, "hour"), ({"day": None}, "day")],
)
def test_arrays_that_do_not_keep_their_contract_are_not_written(
    root: Path, tmp_path: Path, change: dict[str, np.ndarray | None], named: str
) -> None:
    whole = {**release.current(root).arrays("running_sums"), **change}
    kept = {name: values for name, values in whole.items() if values is not None}
    with pytest.raises(ContractError, match=rf"Arrays running_sums: {named} "):
        arrays.write(tmp_path / "running_sums.arrow", kept)
    assert not list(tmp_path.glob("*.arrow"))


def test_a_changed_file_is_not_opened(root: Path) -> None:
    path = release.current(root).path("legs")
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(StoreError, match=r"legs.parquet was changed after it was published; delete .* and run"):
        stores.opened(root)


def test_a_release_of_another_version_of_the_program_is_refused_with_the_cure(root: Path) -> None:
    file = release.current(root).folder / release.MANIFEST
    manifest = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**manifest, "format": manifest["format"] - 1}), encoding="utf-8")
    with pytest.raises(StoreError, match="made by another version of Contraflow; run contraflow release again"):
        stores.opened(root)


def test_check_36_a_writer_killed_at_any_step_leaves_a_whole_release(root: Path) -> None:
    before = release.current(root).id
    ran = subprocess.run([sys.executable, "-c", KILLER, str(root)], capture_output=True, text=True, check=True)  # noqa: S603
    lines = [line.split() for line in ran.stdout.splitlines()]
    assert len(lines) > len(contracts.RELEASED)
    assert [code for _, code, *_ in lines] == ["9"] * (len(lines) - 1) + ["0"]
    assert all(len(line) == 3 for line in lines), "verify found nothing wrong"
    assert lines[0][2] == before and lines[-1][2] == f"r{int(lines[-1][0]):03}"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES], ids=errno.errorcode.get)
def test_check_36_a_disk_that_refuses_at_any_step_leaves_a_whole_release(
    root: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    before, synced = release.current(root).id, os.fsync
    steps = iter(range(1000))

    def refused(handle: int) -> None:
        if next(steps) == stop:
            raise OSError(number, os.strerror(number))
        synced(handle)

    monkeypatch.setattr(os, "fsync", refused)
    for stop in range(1000):
        steps = iter(range(1000))
        try:
            release.publish(root, f"r{stop:03}", version(stop), {})
            break
        except ContraflowError as told:
            assert os.strerror(number) in str(told)
        found = release.current(root)
        assert found.id in (before, f"r{stop:03}")  # the last sync comes after the pointer
        assert release.verify(found) == []
        assert not [path for path in root.rglob(".*") if path.name != release.LOCK], "nothing half-written"
        before = found.id
    assert stop > len(contracts.RELEASED)
    assert numbers(release.current(root)) == (stop, stop)


def test_check_37_readers_never_see_two_versions_mixed(root: Path) -> None:
    release.publish(root, "r000", version(0), {})
    done = Event()

    def read() -> list[tuple[int, int]]:
        seen = []
        while not done.is_set():
            seen.append(numbers(release.whole(release.current(root))))
        return seen

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(read) for _ in range(4)]
        try:
            for number in range(1, 61):
                release.publish(root, f"r{number:03}", version(number), {})
        finally:
            done.set()
        seen = [pair for reader in readers for pair in reader.result()]
    assert len({one for one, _ in seen}) > 3
    assert all(one == other for one, other in seen)


@pytest.mark.parametrize("damage", ["pointer gone", "pointer wrong", "manifest cut", "table gone"])
def test_check_38_the_newest_whole_release_is_served_with_a_warning(root: Path, damage: str) -> None:
    good = release.current(root)
    bad = release.publish(root, "rbad", version(1), {})
    if damage == "pointer gone":
        (root / release.POINTER).unlink()
        shutil.rmtree(bad.folder)
    elif damage == "pointer wrong":
        (root / release.POINTER).write_text("r-nowhere\n", encoding="utf-8")
        shutil.rmtree(bad.folder)
    elif damage == "manifest cut":
        manifest = bad.folder / release.MANIFEST
        manifest.write_text(manifest.read_text(encoding="utf-8")[:100], encoding="utf-8")
    else:
        bad.path("legs").unlink()
    found, warning = release.served(root)
    assert found.id == good.id
    assert f"release {good.id}" in warning and "run contraflow" in warning


def test_check_38_no_whole_release_is_an_error(root: Path) -> None:
    release.current(root).path("legs").unlink()
    with pytest.raises(StoreError, match=r"legs.parquet is missing"):
        release.served(root)


def test_a_whole_release_is_served_without_a_warning(root: Path) -> None:
    assert release.served(root) == (release.current(root), "")


def test_check_39_a_second_publisher_is_told_to_wait(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (root / release.LOCK).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert main(["release", "--store", str(root)]) == 3
    assert "locked, another process is publishing" in " ".join(capsys.readouterr().err.split())
    assert main(["release", "--store", str(root)]) == 0


def test_pruning_keeps_the_newest_and_the_current(root: Path) -> None:
    first = release.current(root).id
    for number in range(1, 5):
        release.publish(root, f"r{number:03}", version(number), {})
    (root / release.POINTER).write_text(f"{first}\n", encoding="utf-8")
    assert main(["prune", "--store", str(root), "--keep", "2"]) == 0
    assert {path.name for path in (root / release.RELEASES).iterdir()} == {first, "r003", "r004"}
    with pytest.raises(StoreError, match="--keep 0: at least 1"):
        release.prune(root, 0)


def test_a_release_that_cannot_be_removed_is_one_sentence(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release.publish(root, "r001", version(1), {})

    def refused(_path: Path) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(shutil, "rmtree", refused)
    with pytest.raises(StoreError, match=r"cannot be written \(Read-only file system\); check its permissions\.$"):
        release.prune(root, 1)


def test_what_killed_publishers_left_is_removed_by_the_next(root: Path) -> None:
    (root / ".build-1").mkdir()
    made = release.current(root).folder
    made.rename(made.with_name(f".new-1-{made.name}"))
    with pytest.raises(StoreError, match="is missing"):
        release.served(root)
    publish.publish(root)
    assert [path.name for path in root.rglob(".*")] == [release.LOCK]
    assert json.loads((release.current(root).folder / release.MANIFEST).read_text(encoding="utf-8"))["files"]
