"""Decode one file in a process of its own that may use little memory and time; gate.py starts it.

Run as ``python child.py KIND FILE RESULT MEMORY_BYTES CPU_SECONDS RESULT_BYTES``: it reads FILE (``parquet`` or
``xlsx``), writes an Arrow IPC file to RESULT, or says in one line on the error stream why not and ends with BROKEN.
It imports nothing of the project and not numpy, which pyarrow can do without: starting it takes a fifth of a second.
"""

import json
import resource
import sys
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

DONE, BROKEN = 0, 3
BATCH_ROWS = 50_000
SHEETS = b"sheets"


def main(arguments: list[str]) -> int:
    """Decode one file within the limits given; return DONE or BROKEN."""
    kind, source, result, memory, cpu, size = arguments
    for limit, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, cpu), (resource.RLIMIT_FSIZE, size)):
        resource.setrlimit(limit, (int(most), int(most)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.modules["numpy"] = None  # type: ignore[assignment]  # not to be looked for
    try:
        {"parquet": _parquet, "xlsx": _xlsx}[kind](source, result)
    except MemoryError:
        raise
    except Exception as broken:  # noqa: BLE001 - whatever a decoder says of a broken file, the parent says to the user
        sys.stderr.write(" ".join(str(broken).split())[:200])
        return BROKEN
    return DONE


def _parquet(source: str, result: str) -> None:
    """Write the table of a flat Parquet file; checks page checksums and UTF-8, makes decimals numbers."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(source, page_checksum_verification=True)
    schema = pa.schema([(field.name, _plain(field.type)) for field in file.schema_arrow])
    with pa.OSFile(result, "wb") as stream, pa.ipc.new_file(stream, schema) as writer:
        for batch in file.iter_batches(BATCH_ROWS):
            batch.validate(full=True)
            columns = [column.cast(kind) for column, kind in zip(batch.columns, schema.types, strict=True)]
            writer.write_batch(pa.record_batch(columns, schema=schema))


def _plain(kind: Any) -> Any:  # noqa: ANN401
    import pyarrow as pa

    if pa.types.is_decimal(kind):
        return pa.float64()
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    return pa.string() if pa.types.is_binary(kind) or pa.types.is_large_string(kind) else kind


def _xlsx(source: str, result: str) -> None:
    """Write the cells of every sheet as texts, row by row, each row with the name of its sheet."""
    import pyarrow as pa
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(source)
    schema = pa.schema([("sheet", pa.string()), ("cells", pa.list_(pa.string()))])
    schema = schema.with_metadata({SHEETS: json.dumps(book.sheet_names)})
    with pa.OSFile(result, "wb") as stream, pa.ipc.new_file(stream, schema) as writer:
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for first in range(0, len(rows), BATCH_ROWS):
                some = [[written(cell) for cell in row] for row in rows[first : first + BATCH_ROWS]]
                writer.write_batch(pa.record_batch([[name] * len(some), some], schema=schema))


def written(cell: object) -> str | None:
    """Return a cell as text that says its type in the first letter, for ``read``; an empty cell as null."""
    if isinstance(cell, str):
        return "s" + cell if cell else None
    if isinstance(cell, bool):
        return "b1" if cell else "b"
    if isinstance(cell, int | float):
        return ("f" if isinstance(cell, float) else "i") + repr(cell)
    if isinstance(cell, timedelta):
        return f"l{cell.total_seconds()!r}"
    if isinstance(cell, datetime | date | time):
        return {datetime: "t", date: "d", time: "h"}[type(cell)] + cell.isoformat()
    return None


READERS: dict[str, Callable[[str], object]] = {
    "s": str,
    "b": bool,
    "f": float,
    "i": int,
    "l": lambda words: timedelta(seconds=float(words)),
    "t": datetime.fromisoformat,
    "d": date.fromisoformat,
    "h": time.fromisoformat,
}


def read(words: str | None) -> object:
    """Return the cell that ``written`` made text of; an empty one as ""."""
    return "" if words is None else READERS[words[0]](words[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
