"""The log of what left: nothing torn, nothing changed unseen, and no export without a line."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard import audit
from dashboard.cli import main
from data.errors import SnapshotError

WRITER = """
import sys
from pathlib import Path
from dashboard import audit
for turn in range(50):
    audit.append(Path(sys.argv[1]), {"what": "snapshot", "writer": int(sys.argv[2]), "turn": turn, "pad": "x" * 300})
"""


def lines(root: Path) -> list[bytes]:
    """Return the lines of a log."""
    return (root / audit.FOLDER / audit.LOG).read_bytes().splitlines(keepends=True)


def rewrite(root: Path, kept: list[bytes]) -> None:
    """Replace the log and leave its head alone."""
    (root / audit.FOLDER / audit.LOG).write_bytes(b"".join(kept))


@pytest.fixture
def logged(tmp_path: Path) -> Path:
    """Return a store whose log has five lines."""
    for number in range(5):
        audit.append(tmp_path, {"what": "snapshot", "target": f"out{number}"})
    return tmp_path


def test_a_log_nobody_touched_is_whole(logged: Path) -> None:
    assert audit.verify(logged) == []
    assert [row["seq"] for row in audit.entries(logged)] == [1, 2, 3, 4, 5]
    assert [row["target"] for row in audit.entries(logged)] == [f"out{number}" for number in range(5)]


def test_a_store_from_which_nothing_left_is_whole(tmp_path: Path) -> None:
    assert audit.verify(tmp_path) == []
    assert audit.entries(tmp_path) == []


def test_eight_writers_tear_nothing(tmp_path: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), str(one)]) for one in range(8)]
    assert [process.wait(timeout=120) for process in running] == [0] * 8
    assert audit.verify(tmp_path) == []
    rows = audit.entries(tmp_path)
    assert [row["seq"] for row in rows] == list(range(1, 401))
    assert sorted((row["writer"], row["turn"]) for row in rows) == [(w, t) for w in range(8) for t in range(50)]


def test_an_edited_line_is_named(logged: Path) -> None:
    kept = lines(logged)
    rewrite(logged, [*kept[:2], kept[2].replace(b"out2", b"out9"), *kept[3:]])
    assert audit.verify(logged) == ["line 4 does not follow the line before it: one was changed"]


def test_an_edited_last_line_is_seen_by_the_head(logged: Path) -> None:
    kept = lines(logged)
    rewrite(logged, [*kept[:4], kept[4].replace(b"out4", b"out9")])
    assert audit.verify(logged) == ["line 5 or one before it is not the one HEAD was written for"]


def test_a_deleted_line_is_named(logged: Path) -> None:
    kept = lines(logged)
    rewrite(logged, [*kept[:1], *kept[2:]])
    assert audit.verify(logged)[0] == "line 2 says it is line 3: lines were removed, added or moved"


@pytest.mark.parametrize("count", [0, 3, 4])
def test_a_cut_tail_is_seen_by_the_head(logged: Path, count: int) -> None:
    rewrite(logged, lines(logged)[:count])
    assert audit.verify(logged) == [f"the log ends at line {count}, but HEAD says 5: lines at the end were removed"]


def test_a_missing_or_damaged_head_is_named(logged: Path) -> None:
    (logged / audit.FOLDER / audit.HEAD).write_text("nonsense")
    assert audit.verify(logged) == ["HEAD is missing or damaged"]
    (logged / audit.FOLDER / audit.HEAD).unlink()
    assert audit.verify(logged) == ["HEAD is missing or damaged"]


def test_nothing_is_added_to_a_log_that_was_changed(logged: Path) -> None:
    rewrite(logged, lines(logged)[:3])
    with pytest.raises(SnapshotError, match="was changed, so nothing is exported"):
        audit.append(logged, {"what": "snapshot"})
    assert len(lines(logged)) == 3


def test_a_crash_between_line_and_head_is_no_alarm(logged: Path) -> None:
    head = (logged / audit.FOLDER / audit.HEAD).read_bytes()
    audit.append(logged, {"what": "snapshot"})
    (logged / audit.FOLDER / audit.HEAD).write_bytes(head)
    assert audit.verify(logged) == []
    audit.append(logged, {"what": "snapshot"})
    assert audit.verify(logged) == []
    assert [row["seq"] for row in audit.entries(logged)] == [1, 2, 3, 4, 5, 6, 7]


def test_text_of_a_user_makes_no_line_of_its_own(tmp_path: Path) -> None:
    forged = 'x"}\n{"seq": 2, "what": "nothing"}\u2028\r\x1b[31m'
    audit.append(tmp_path, {"what": "snapshot", "filters": {"region": [forged]}})
    assert len(lines(tmp_path)) == 1
    assert lines(tmp_path)[0].isascii()
    assert b"\x1b" not in lines(tmp_path)[0]
    assert audit.entries(tmp_path)[0]["filters"]["region"] == [forged]


def test_a_full_disk_closes_the_log_and_leaves_it_whole(logged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, written = lines(logged), os.write

    def full(handle: int, data: bytes) -> int:
        written(handle, data[:10])  # as a disk does that is full in the middle of a line
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(SnapshotError, match="No space left on device"):
        audit.append(logged, {"what": "snapshot"})
    monkeypatch.undo()
    assert lines(logged) == before
    audit.append(logged, {"what": "snapshot"})
    assert audit.verify(logged) == []


def test_a_line_written_in_part_is_taken_back(logged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, written = lines(logged), os.write
    monkeypatch.setattr(os, "write", lambda handle, data: written(handle, data[:10]))
    with pytest.raises(SnapshotError, match="the disk is full"):
        audit.append(logged, {"what": "snapshot"})
    assert lines(logged) == before


def test_a_log_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / audit.FOLDER).write_text("a file in its place")
    with pytest.raises(SnapshotError, match="export log of this store cannot be written"):
        audit.append(tmp_path, {"what": "snapshot"})
    with pytest.raises(SnapshotError, match="export log of this store cannot be written"):
        audit.require_open(tmp_path)


def test_the_commands_list_and_check(logged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify", "--store", str(logged)]) == 0
    assert "whole" in capsys.readouterr().out
    assert main(["audit", "list", "--store", str(logged), "--format", "json"]) == 0
    assert [row["target"] for row in json.loads(capsys.readouterr().out)] == [f"out{number}" for number in range(5)]
    rewrite(logged, lines(logged)[:4])
    assert main(["audit", "verify", "--store", str(logged)]) == 3
    assert "lines at the end were removed" in capsys.readouterr().err


def test_no_log_is_not_called_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify", "--store", str(tmp_path)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert told == (
        "There is no export log: nothing was exported from this store yet, or its folder audit was removed."
    )


@pytest.mark.parametrize("action", ["list", "verify"])
def test_the_log_of_no_store_is_refused(tmp_path: Path, action: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", action, "--store", str(tmp_path / "none")]) == 3
    assert "none: there is no store here; check --store." in " ".join(capsys.readouterr().err.split())
