"""Tables of a snapshot as files: GeoPackage, GeoParquet, GeoJSON, KML and CSV, the same rows in each."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import shapely

from dashboard import codebook, snapshot_kml
from dashboard.snapshot_counts import STATUS, WITHHELD
from dashboard.snapshot_lines import DECIMALS, Shapes
from dashboard.snapshot_tables import Mapped
from data.disclosure import SUPPRESSED
from data.errors import SnapshotError

ENDINGS = {"csv": ".csv", "geojson": ".geojson", "geoparquet": ".parquet", "gpkg": ".gpkg", "kml": ".kml"}
CONTAINER = "contraflow.gpkg"
BLOCK_ROWS = 1000  # features written at once: larger blocks cost memory and no less time (measured 2026-11)
GDAL = {
    "OGR_CURRENT_DATE": "1980-01-01T00:00:00Z",  # its clock while it writes, so that a file written twice is one file
    "OGR_SQLITE_SYNCHRONOUS": "OFF",  # a snapshot is made durable when it is whole
}
STARTERS = tuple("=+-@＝＋－＠")  # what makes a spreadsheet take a text for a formula
CONTROL = (
    "[\x01-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|\\x00"  # and what turns the order of letters
)
TEXTUAL = ("string", "mixed", "mixed-integer", "categorical")  # as pandas calls columns that may hold texts
UNPLAIN = r"[^ -~]|^ *[=+\-@]"  # what safe_cell may change: a sign beyond plain ASCII, or what a formula begins with
_CONTROL = re.compile(CONTROL)


def clean(text: str) -> str:
    """Return a text without control characters."""
    return _CONTROL.sub("", text)


def safe_cell(text: str) -> str:
    """Return a text for CSV that no spreadsheet takes for a formula."""
    if text.isascii() and text.isprintable():  # nothing in it is unseen; most are so
        return f"'{text}" if text.lstrip().startswith(STARTERS) else text
    bare = "".join(sign for sign in text if unicodedata.category(sign) != "Cf").lstrip(" \u00a0\u3000")
    is_obeyed = bare.startswith(("\t", "\r", "\n")) or clean(bare).lstrip().startswith(STARTERS)
    return f"'{clean(text)}" if is_obeyed else clean(text)


def safe_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows for CSV of which no spreadsheet takes a text for a formula; numbers and dates as they are."""
    texts = [str(name) for name, column in rows.items() if pd.api.types.infer_dtype(column) in TEXTUAL]
    return rows.assign(**{name: rows[name].map(_safe_text) for name in texts})


def _safe_text(cell: object) -> object:
    return safe_cell(cell) if isinstance(cell, str) else cell


def arrow(rows: pd.DataFrame) -> pa.Table:
    """Return rows as an Arrow table of the codebook's types, texts clean."""
    meanings = codebook.meanings([str(name) for name in rows])
    schema = pa.schema([(name, told.arrow) for name, told in meanings.items()])
    found = pa.Table.from_pandas(rows, schema, preserve_index=False)
    texts = {name: _changed(found[name], CONTROL, clean) for name, told in meanings.items() if told.type == "text"}
    return pa.table({name: texts.get(name, found[name]) for name in meanings})


def write_csv(rows: pa.Table, path: Path, wkt: list[str | None] | None = None) -> None:
    """Write rows as CSV that is safe to open in a spreadsheet, withheld counts as ``:c``.

    Args:
        rows: Of the codebook's types.
        path: The file.
        wkt: The shape of each row, for a last column.
    """
    cells = pa.table({name: _cells(rows, name) for name in rows.column_names})
    if wkt is not None:
        cells = cells.append_column("wkt", pa.array(wkt, pa.string()))
    with path.open("wb") as stream:
        pacsv.write_csv(cells, stream, pacsv.WriteOptions(quoting_style="needed"))


def write_mapped(name: str, table: Mapped, folder: Path, formats: Iterable[str]) -> None:
    """Write a table with its shapes in each format.

    Args:
        name: The table.
        table: Its rows and shapes.
        folder: The snapshot's.
        formats: Of ENDINGS.
    """
    rows = arrow(table.rows)
    geometries = table.shapes.geometries()
    with_shape = rows.append_column("geometry", pa.array(shapely.to_wkb(geometries), pa.binary()))
    for form in formats:
        path = folder / _path(name, form)
        path.parent.mkdir(exist_ok=True)
        if form == "csv":
            write_csv(rows, path, _wkt(geometries))
        elif form == "geojson":
            write_geojson(name, rows, table.shapes, path)
        elif form == "geoparquet":
            _write_geoparquet(with_shape, table.shapes, path)
        elif form == "kml":
            _write_kml(name, rows, table.shapes, path)
        else:
            _write_geopackage(name, with_shape, table.shapes, path)


def write_geojson(name: str, rows: pa.Table, shapes: Shapes, path: Path) -> None:
    """Write rows as GeoJSON after RFC 7946: lon before lat in WGS 84, lines cut at the antimeridian.

    Args:
        name: The table.
        rows: As ``arrow`` returns them.
        shapes: One shape per row.
        path: The file.
    """
    with path.open("wb") as stream:
        stream.write(b'{"type":"FeatureCollection","name":' + orjson.dumps(name) + b',"features":[')
        for start in range(0, len(rows), BLOCK_ROWS):
            stream.write(b",\n" if start else b"\n")
            stream.write(b",\n".join(_features(rows, shapes, start)))
        stream.write(b"\n]}\n")


def _features(rows: pa.Table, shapes: Shapes, start: int) -> Iterator[bytes]:
    """Return the features of one block of rows."""
    block, names = rows.slice(start, BLOCK_ROWS), rows.column_names
    records = zip(*(_values(column) for column in block.columns), strict=True)
    for record, shape in zip(records, _shapes(shapes, start, start + len(block)), strict=True):
        properties = orjson.dumps(dict(zip(names, record, strict=True)))
        yield b'{"type":"Feature","properties":%b,"geometry":%b}' % (properties, shape)


def _shapes(shapes: Shapes, first: int, last: int) -> Iterator[bytes]:
    """Return rows' shapes as GeoJSON."""
    for parts in shapes.parts(first, last):
        if not parts:
            yield b"null"
        elif shapes.is_point:
            yield b'{"type":"Point","coordinates":%b}' % parts[0]
        elif len(parts) == 1:
            yield b'{"type":"LineString","coordinates":[%b]}' % parts[0]
        else:
            yield b'{"type":"MultiLineString","coordinates":[[%b]]}' % b"],[".join(parts)


def _values(column: pa.ChunkedArray) -> list[object]:
    """Return a column as Python values; quick where nothing is missing."""
    if column.null_count or pa.types.is_date(column.type):
        found: list[object] = column.to_pylist()
        return found
    return list(column.to_numpy(zero_copy_only=False).tolist())


def _write_geoparquet(rows: pa.Table, shapes: Shapes, path: Path) -> None:
    bounds = [*shapes.points.min(axis=0).tolist(), *shapes.points.max(axis=0).tolist()] if len(shapes.points) else None
    column = {"encoding": "WKB", "geometry_types": [shapes.kind]} | ({"bbox": bounds} if bounds else {})
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    pq.write_table(rows.replace_schema_metadata({"geo": json.dumps(geo)}), path, compression="zstd")


def _write_kml(name: str, rows: pa.Table, shapes: Shapes, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(snapshot_kml.start(name, rows.column_names))
        for start in range(0, len(rows), BLOCK_ROWS):
            stream.write(snapshot_kml.placemarks(name, rows.slice(start, BLOCK_ROWS), shapes, start))
        stream.write(snapshot_kml.END)


def _write_geopackage(name: str, rows: pa.Table, shapes: Shapes, path: Path) -> None:
    import pyogrio  # loads slowly, and only this file needs it

    pyogrio.set_gdal_config_options(GDAL)
    try:
        pyogrio.write_arrow(
            rows, path, layer=name, driver="GPKG", geometry_name="geometry", geometry_type=shapes.kind, crs="EPSG:4326"
        )
        written = pyogrio.read_info(path, layer=name, force_feature_count=True)["features"]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError) as wrong:
        raise SnapshotError(f"{path.name}: cannot be written ({wrong}); free space or choose another --out.") from wrong
    if written != len(rows):
        raise SnapshotError(f"{path.name}: {written} of {len(rows)} rows were written; free space and try again.")


def _path(name: str, form: str) -> str:
    return CONTAINER if form == "gpkg" else f"{form}/{name}{ENDINGS[form]}"


def _wkt(geometries: npt.NDArray[np.object_]) -> list[str | None]:
    return list(shapely.to_wkt(geometries, rounding_precision=DECIMALS, trim=True).tolist())


def _cells(rows: pa.Table, name: str) -> pa.Array:
    """Return a column as CSV holds it: texts safe, numbers as numbers, and as texts where one is withheld."""
    meaning = codebook.meanings(rows.column_names)[name]
    if meaning.type == "text":
        return _changed(rows[name], UNPLAIN, lambda text: safe_cell(clean(text)))
    if codebook.HIDDEN not in meaning.meaning or STATUS not in rows.column_names:
        return rows[name]
    is_hidden = pc.and_(pc.is_null(rows[name]), pc.equal(rows[STATUS], WITHHELD))
    return (
        pc.if_else(is_hidden, SUPPRESSED, pc.cast(rows[name], pa.string())) if pc.any(is_hidden).as_py() else rows[name]
    )


def _changed(texts: pa.ChunkedArray, pattern: str, change: Callable[[str], str]) -> pa.ChunkedArray:
    """Return texts, changed where a pattern is in them; of equal texts one is looked at."""
    found = texts.combine_chunks().dictionary_encode()
    is_hit = pc.match_substring_regex(found.dictionary, pattern)
    if not pc.any(is_hit).as_py():
        return texts
    hits = [change(text) for text in found.dictionary.filter(is_hit).to_pylist()]
    return pa.chunked_array(
        [pc.replace_with_mask(found.dictionary, is_hit, pa.array(hits, pa.string())).take(found.indices)]
    )
