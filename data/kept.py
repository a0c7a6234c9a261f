"""What readers keep in a store beside its releases: lists of short texts, which no release and no export holds."""

import fcntl
import json
import os
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from data import store
from data.errors import KeptError, SourceError

FOLDER, LOCK = "readers", ".lock"
Row = dict[str, str]


def rows(root: Path, name: str, columns: Sequence[str]) -> list[Row]:
    """Return a list in its order; empty where nothing was kept yet.

    Args:
        root: The store.
        name: Of the list, a word in the plural.
        columns: What each row holds.

    Raises:
        KeptError: the file is damaged; it stays as it is.
    """
    try:
        found = json.loads(_path(root, name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as broken:
        raise _damaged(name) from broken
    if not isinstance(found, list) or not all(_is_row(row, columns) for row in found):
        raise _damaged(name)
    return found


@contextmanager
def changing(root: Path, name: str, columns: Sequence[str]) -> Iterator[list[Row]]:
    """Give a list to change while other writers wait; what it holds in the end is kept, whole or not at all.

    Raises:
        KeptError: the file is damaged, or the disk refuses; the list stays as it was.
    """
    try:
        (root / FOLDER).mkdir(exist_ok=True)
        with _locked(root / FOLDER / LOCK):
            held = rows(root, name, columns)
            yield held
            _write(_path(root, name), held)
    except (OSError, SourceError) as refused:
        cause = refused if isinstance(refused, OSError) else refused.__cause__
        why = cause.strerror if isinstance(cause, OSError) else str(refused)
        raise KeptError(
            f"The {name} of this store cannot be written ({why}), so nothing was changed;"
            f" make the folder {FOLDER} in the store's folder writable."
        ) from refused


def plain(text: str) -> str:
    """Return a text on one line, without signs that steer a screen or turn a line round."""
    return " ".join("".join(" " if unicodedata.category(sign)[0] == "C" else sign for sign in text).split())


def _path(root: Path, name: str) -> Path:
    return root / FOLDER / f"{name}.json"


def _is_row(row: object, columns: Sequence[str]) -> bool:
    return isinstance(row, dict) and set(row) == set(columns) and all(isinstance(text, str) for text in row.values())


def _damaged(name: str) -> KeptError:
    return KeptError(
        f"The {name} of this store cannot be read, so none is shown or changed: {FOLDER}/{name}.json in its folder is"
        " damaged; restore the file, or move it away to begin anew."
    )


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(path: Path, held: list[Row]) -> None:
    fresh = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        store.write_text(fresh, json.dumps(held, ensure_ascii=False, indent=1) + "\n")
        fresh.replace(path)
        store.sync(path.parent)
    finally:
        fresh.unlink(missing_ok=True)
