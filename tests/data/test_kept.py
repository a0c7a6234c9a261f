"""What readers keep beside the releases: whole or not at all, for several writers, and never over a damaged file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from data import kept, store
from data.errors import KeptError

COLUMNS = ("name", "text")
PER_WRITER = 40
ROOT = Path(__file__).parents[2]


def row(name: str) -> kept.Row:
    return {"name": name, "text": "x"}


def add_many(root: Path, mark: str) -> None:
    """Add rows one by one, as one of several processes."""
    for at in range(PER_WRITER):
        with kept.changing(root, "notes", COLUMNS) as rows:
            rows.append(row(f"{mark}{at}"))


def test_nothing_was_kept_yet(tmp_path: Path) -> None:
    assert kept.rows(tmp_path, "notes", COLUMNS) == []
    assert list(tmp_path.iterdir()) == []


def test_what_is_kept_is_read_again_in_its_order(tmp_path: Path) -> None:
    with kept.changing(tmp_path, "notes", COLUMNS) as rows:
        rows += [row("b"), {"name": "a", "text": "é ‹€›"}]
    assert kept.rows(tmp_path, "notes", COLUMNS) == [row("b"), {"name": "a", "text": "é ‹€›"}]
    assert kept.rows(tmp_path, "views", COLUMNS) == []
    assert sorted(path.name for path in (tmp_path / kept.FOLDER).iterdir()) == [kept.LOCK, "notes.json"]


def test_no_row_of_two_writers_is_lost(tmp_path: Path) -> None:
    said = "import sys; from pathlib import Path; from tests.data import test_kept as own; "
    said += "own.add_many(Path(sys.argv[1]), sys.argv[2])"
    commands = [[sys.executable, "-c", said, str(tmp_path), mark] for mark in "ab"]
    writers = [subprocess.Popen(command, cwd=ROOT) for command in commands]
    assert [writer.wait() for writer in writers] == [0, 0]
    names = [each["name"] for each in kept.rows(tmp_path, "notes", COLUMNS)]
    assert sorted(names) == sorted(f"{mark}{at}" for mark in "ab" for at in range(PER_WRITER))


@pytest.mark.parametrize(
    "damage",
    ["", "[", "{}", '["x"]', '[{"name": "a"}]', '[{"name": "a", "text": 1}]', '[{"name": "a", "text": "", "b": ""}]'],
)
def test_a_damaged_file_is_one_sentence_and_stays_as_it_is(tmp_path: Path, damage: str) -> None:
    (tmp_path / kept.FOLDER).mkdir()
    path = tmp_path / kept.FOLDER / "notes.json"
    path.write_text(damage, encoding="utf-8")
    with pytest.raises(KeptError, match=r"notes of this store cannot be read.*readers/notes\.json") as told:
        kept.rows(tmp_path, "notes", COLUMNS)
    assert str(tmp_path) not in str(told.value)
    with pytest.raises(KeptError, match="damaged"), kept.changing(tmp_path, "notes", COLUMNS):
        pytest.fail("a damaged list was given to change")
    assert path.read_text(encoding="utf-8") == damage


def test_a_disk_that_refuses_leaves_the_list_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_many(tmp_path, "a")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeptError, match=r"cannot be written \(No space left on device\), so nothing was changed"):
        add_many(tmp_path, "b")
    monkeypatch.undo()
    assert len(kept.rows(tmp_path, "notes", COLUMNS)) == PER_WRITER
    assert sorted(path.name for path in (tmp_path / kept.FOLDER).iterdir()) == [kept.LOCK, "notes.json"]


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / kept.FOLDER).write_text("a file in its place")
    with (
        pytest.raises(KeptError, match="cannot be written .*, so nothing was changed"),
        kept.changing(tmp_path, "views", COLUMNS),
    ):
        pytest.fail("there is no such folder")


def test_the_list_is_on_disk_before_it_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    write, sync = store.write_text, store.sync

    def written(path: Path, words: str) -> None:
        done.append("file")
        write(path, words)

    def synced(path: Path) -> None:
        done.append(path.name)
        sync(path)

    monkeypatch.setattr(store, "write_text", written)
    monkeypatch.setattr(store, "sync", synced)
    with kept.changing(tmp_path, "notes", COLUMNS) as rows:
        rows.append(row("a"))
    assert done == ["file", kept.FOLDER]
