"""Who a record is: an id made of its content, the same in every file, and a count of the rows that are alike."""

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

Whole = npt.NDArray[np.int64]
LETTERS = 16  # of a digest


def identities(source_id: str, keys: Sequence[pd.Series], values: Sequence[pd.Series] = ()) -> pd.DataFrame:
    """Return ``obs_id`` and ``repeat_count``: equal keys get the same id and a running number.

    Args:
        source_id: Opens every id.
        keys: The columns that make a record what it is, in a fixed order.
        values: What the record states, where an edition may revise it: not in the id, but rows that differ in
            them are no repeats.
    """
    digest = digests(keys)
    return numbered(source_id, digest, digests([*keys, *values]) if values else digest)


def numbered(
    source_id: str, digest: pd.Series, content: pd.Series | None = None, before: Whole | int = 0
) -> pd.DataFrame:
    """Return ``obs_id`` and ``repeat_count`` of digests.

    Args:
        source_id: Opens every id.
        digest: As ``digests`` gives them.
        content: Digests of all that a record states, where that is more than its key.
        before: How often each digest stood in earlier parts of the file.
    """
    same = digest if content is None else content
    occurrence = digest.groupby(digest).cumcount() + 1 + before
    repeats = same.groupby(same).transform("size").astype("int64")
    return pd.DataFrame({"obs_id": source_id + ":" + digest + ":" + occurrence.astype("str"), "repeat_count": repeats})


def digests(columns: Sequence[pd.Series]) -> pd.Series:
    """Return a digest of each row's words; empty and missing are the same."""
    words = [column.astype("str").where(column.notna(), "").tolist() for column in columns]
    rows = zip(*words, strict=True)
    return pd.Series(
        [hashlib.blake2b("\x1f".join(row).encode(), digest_size=LETTERS // 2).hexdigest() for row in rows], dtype="str"
    )


class Seen:
    """How often each digest stood in the parts of a file read so far; about 16 bytes a record."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._keys = np.empty(0, np.uint64)
        self._counts = np.empty(0, np.int64)
        self.has_spread = False  # some digest stands in more than one part

    def counts(self, digest: pd.Series) -> Whole:
        """Return how often each digest was seen."""
        keys = _numbers(digest)
        at, is_known = self._places(keys)
        found = np.zeros(len(keys), np.int64)
        found[is_known] = self._counts[at[is_known]]
        return found

    def add(self, digest: pd.Series) -> None:
        """Remember the digests of a part."""
        keys, counts = np.unique(_numbers(digest), return_counts=True)
        at, is_known = self._places(keys)
        self.has_spread |= bool(is_known.any())
        self._counts[at[is_known]] += counts[is_known]
        self._keys = np.insert(self._keys, at[~is_known], keys[~is_known])
        self._counts = np.insert(self._counts, at[~is_known], counts[~is_known])

    def _places(self, keys: npt.NDArray[np.uint64]) -> tuple[Whole, npt.NDArray[np.bool_]]:
        at = np.searchsorted(self._keys, keys)
        is_inside = at < len(self._keys)
        is_known = np.zeros(len(keys), np.bool_)
        is_known[is_inside] = self._keys[at[is_inside]] == keys[is_inside]
        return at, is_known


def digest_of(obs_id: pd.Series, source_id: str) -> pd.Series:
    """Return the digests that ids of a source were made of."""
    first = len(source_id) + 1
    return obs_id.str[first : first + LETTERS]


def _numbers(digest: pd.Series) -> npt.NDArray[np.uint64]:
    return np.frombuffer(bytes.fromhex("".join(digest.tolist())), ">u8").astype(np.uint64)
