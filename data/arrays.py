"""Arrays that a release holds ready: a server maps the file and reads what it touches, whatever the release's size.

Each file is Arrow's, with a single row: a list for each array.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy.typing as npt
import pyarrow as pa

from data.contracts import ARRAYS
from data.errors import ContractError

Arrays = Mapping[str, npt.NDArray[Any]]


def write(path: Path, arrays: Arrays) -> Path:
    """Write arrays of one dimension, on disk when this returns, and return the path.

    Args:
        path: One of ``contracts.ARRAYS`` and ``.arrow``.
        arrays: As the contract names them.

    Raises:
        ContractError: an array is missing, unknown or of another type.
        OSError: the disk refuses.
    """
    wanted, types = ARRAYS[path.stem], {name: str(values.dtype) for name, values in arrays.items()}
    for name in (*wanted, *types):
        if types.get(name) != wanted.get(name):
            found, expected = types.get(name, "missing"), wanted.get(name, "no such array")
            raise ContractError(f"Arrays {path.stem}: {name} is {found}; expected {expected}.")
    lists = [pa.LargeListArray.from_arrays([0, len(values)], pa.array(values)) for values in arrays.values()]
    batch = pa.RecordBatch.from_arrays(lists, list(arrays))
    with path.open("wb") as stream:
        with pa.ipc.new_file(stream, batch.schema) as file:
            file.write_batch(batch)
        stream.flush()
        os.fsync(stream.fileno())
    return path


def mapped(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of a file, read-only and still on disk."""
    batch = _batch(path)
    return {name: values.flatten().to_numpy() for name, values in zip(batch.schema.names, batch.columns, strict=True)}


def row_count(path: Path) -> int:
    """Return how long the longest array of a file is."""
    return max(len(values.flatten()) for values in _batch(path).columns)


def _batch(path: Path) -> pa.RecordBatch:
    return pa.ipc.open_file(pa.memory_map(str(path))).get_batch(0)
