"""The log of what left: one line each, chained by hashes, its head kept apart so that a cut tail shows."""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from data.errors import SnapshotError

FOLDER, LOG, HEAD = "audit", "log.jsonl", "HEAD"
FIRST = "0" * 64  # what the first line holds for the hash of a line before it
READ_BACK = 1 << 20  # bytes; a line is far shorter


class Head(NamedTuple):
    """How many lines there are, and the hash of the last."""

    seq: int
    sha256: str


def append(root: Path, entry: Mapping[str, object]) -> None:
    """Add a line to a store's log; several processes may do so at once.

    Args:
        root: The store.
        entry: What left: plain values, never the data.

    Raises:
        SnapshotError: the line cannot be written, or the log is not as it was left; nothing may leave then.
    """
    with _opened(root) as (log, before):
        line = _line(entry, before)
        _write(log, line)
        _keep(root / FOLDER / HEAD, Head(before.seq + 1, hashlib.sha256(line[:-1]).hexdigest()))


def require_open(root: Path) -> None:
    """Do nothing when a store's log can take a line.

    Raises:
        SnapshotError: it cannot be written, or is not as it was left.
    """
    with _opened(root):
        pass


@contextmanager
def _opened(root: Path) -> Iterator[tuple[int, Head]]:
    """Give the log, locked, and where it ends."""
    folder = root / FOLDER
    try:
        folder.mkdir(exist_ok=True)
        with _locked(folder / LOG) as log:
            yield log, _checked_end(folder, log)
    except OSError as refused:
        raise SnapshotError(
            f"The export log of this store cannot be written ({refused.strerror}), so nothing is exported;"
            f" make {FOLDER}/{LOG} in the store's folder writable."
        ) from refused


def entries(root: Path) -> list[dict[str, Any]]:
    """Return the lines of a store's log, oldest first; none where nothing left yet.

    Raises:
        SnapshotError: the log cannot be read, or a line is no JSON; names it.
    """
    found = []
    for number, line in enumerate(_lines(root), 1):
        try:
            found.append(dict(json.loads(line)))
        except ValueError:
            raise SnapshotError(
                f"The export log's line {number} is damaged; contraflow audit verify says more."
            ) from None
    return found


def has_log(root: Path) -> bool:
    """Return whether a store keeps a log: whether anything left it, as far as it tells.

    Raises:
        SnapshotError: there is no such store.
    """
    if not root.is_dir():
        raise SnapshotError(f"{root}: there is no store here; check --store.")
    return (root / FOLDER).is_dir()


def verify(root: Path) -> list[str]:
    """Return one sentence per thing that is wrong with a store's log; empty when all is well.

    Raises:
        SnapshotError: the log cannot be read.
    """
    wrong, before = [], Head(0, FIRST)
    hashes = {0: FIRST}
    for number, line in enumerate(_lines(root), 1):
        wrong += _wrong(number, line, before)
        before = Head(number, hashlib.sha256(line).hexdigest())
        hashes[number] = before.sha256
    head = _head(root / FOLDER)
    if head is None:
        return [*wrong, f"{HEAD} is missing or damaged"]
    if head.seq > before.seq:
        return [*wrong, f"the log ends at line {before.seq}, but {HEAD} says {head.seq}: lines at the end were removed"]
    if head.sha256 != hashes.get(head.seq) or before.seq > head.seq + 1:
        wrong.append(f"line {head.seq} or one before it is not the one {HEAD} was written for")
    return wrong


def _wrong(number: int, line: bytes, before: Head) -> list[str]:
    try:
        row = json.loads(line)
        seq, previous = row["seq"], row["previous"]
    except (ValueError, KeyError, TypeError):
        return [f"line {number} is damaged"]
    if seq != number:
        return [f"line {number} says it is line {seq}: lines were removed, added or moved"]
    return [] if previous == before.sha256 else [f"line {number} does not follow the line before it: one was changed"]


def _lines(root: Path) -> list[bytes]:
    try:
        return (root / FOLDER / LOG).read_bytes().splitlines()
    except FileNotFoundError:
        return []
    except OSError as refused:
        raise SnapshotError(f"The export log of this store cannot be read ({refused.strerror}).") from refused


def _line(entry: Mapping[str, object], before: Head) -> bytes:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    row = {"seq": before.seq + 1, "at": at, **entry, "previous": before.sha256}
    return json.dumps(row, ensure_ascii=True, allow_nan=False).encode() + b"\n"


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o640)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)


def _write(log: int, line: bytes) -> None:
    """Write a line whole, or leave the log as it was."""
    size = os.fstat(log).st_size
    try:
        if os.write(log, line) != len(line):
            raise OSError(28, "the disk is full")
        os.fsync(log)
    except OSError:
        os.ftruncate(log, size)
        raise


def _checked_end(folder: Path, log: int) -> Head:
    """Return the end of the log, which HEAD must know: the line it names, or, after a crash, the one after it."""
    size = os.fstat(log).st_size
    last = os.pread(log, READ_BACK, max(0, size - READ_BACK)).splitlines()[-1:]
    head = _head(folder)
    if not last:
        if head in (None, Head(0, FIRST)):
            return Head(0, FIRST)
    elif head is not None:
        end = hashlib.sha256(last[0]).hexdigest()
        if end == head.sha256:
            return head
        if not _wrong(head.seq + 1, last[0], head):
            return Head(head.seq + 1, end)
    raise SnapshotError("The export log was changed, so nothing is exported; contraflow audit verify says where.")


def _head(folder: Path) -> Head | None:
    """Return the head, which of an empty log need not be there; None where it is missing or damaged."""
    try:
        row = json.loads((folder / HEAD).read_text(encoding="utf-8"))
        return Head(int(row["seq"]), str(row["sha256"]))
    except FileNotFoundError:
        log = folder / LOG
        return None if log.is_file() and log.stat().st_size else Head(0, FIRST)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(path: Path, head: Head) -> None:
    fresh = path.with_name(f".{HEAD}-{os.getpid()}")
    try:
        with fresh.open("w", encoding="utf-8") as stream:
            json.dump(head._asdict(), stream)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
