"""Tables of a snapshot as KML 2.2: the fields and values that GDAL's driver writes, in a fraction of its time. Pure."""

import pyarrow as pa
import pyarrow.compute as pc

from dashboard import codebook
from dashboard.snapshot_lines import Shapes

TYPES = {  # of fields, by type of the codebook: KML has no whole numbers above 32 bits, and no days
    "text": "string",
    "whole number": "string",
    "number": "float",
    "day": "string",
    "yes or no": "int",
}
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}  # in this order
STYLE = "<Style><LineStyle><color>ff0000ff</color></LineStyle></Style>"  # red, as GDAL draws what states no colour
END = "</Folder>\n</Document></kml>\n"


def start(name: str, columns: list[str]) -> str:
    """Return what stands before the rows of a table; END stands behind them.

    Args:
        name: The table.
        columns: Their names.
    """
    types = {column: TYPES[told.type] for column, told in codebook.meanings(columns).items()}
    fields = "".join(f'<SimpleField name="{column}" type="{kind}"/>\n' for column, kind in types.items())
    return f"""<?xml version="1.0" encoding="utf-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2">
<Document id="root_doc">
<Schema name="{name}" id="{name}">
{fields}</Schema>
<Folder><name>{name}</name>
"""


def placemarks(name: str, rows: pa.Table, shapes: Shapes, first: int) -> str:
    """Return rows as placemarks: no element for a missing value, no geometry for a row without a shape.

    Args:
        name: The table.
        rows: Some of its rows, as snapshot_formats.arrow returns them.
        shapes: Of the whole table.
        first: Where the rows begin in the table.
    """
    style = "" if shapes.is_point else STYLE
    data = f'<ExtendedData><SchemaData schemaUrl="#{name}">\n'
    last = first + len(rows)
    begin = [f'<Placemark id="{name}.{number}">{style}\n{data}' for number in range(first + 1, last + 1)]
    end = [f"</SchemaData></ExtendedData>{shape}</Placemark>\n" for shape in _geometries(shapes, first, last)]
    elements = [_elements(rows[column], column) for column in rows.column_names]
    found = pc.binary_join_element_wise(pa.array(begin, pa.string()), *elements, pa.array(end, pa.string()), "")
    return "".join(found.to_pylist())


def _elements(values: pa.ChunkedArray, column: str) -> pa.ChunkedArray:
    """Return the element of each value, an empty text of a missing one."""
    begin, end = f'<SimpleData name="{column}">', "</SimpleData>\n"
    return pc.fill_null(pc.binary_join_element_wise(begin, _texts(values), end, ""), "")


def _texts(values: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_date(values.type):
        return pc.strftime(values, "%Y/%m/%d")
    if not pa.types.is_string(values.type):
        return (values.cast(pa.int8()) if pa.types.is_boolean(values.type) else values).cast(pa.string())
    for sign, entity in ENTITIES.items():
        values = pc.replace_substring(values, sign, entity)
    return values


def _geometries(shapes: Shapes, first: int, last: int) -> list[str]:
    """Return rows' shapes as KML, an empty text where there is none."""
    rows = [[part[1:-1].decode().replace("],[", " ") for part in parts] for parts in shapes.parts(first, last)]
    if shapes.is_point:
        return [f"<Point><coordinates>{parts[0]}</coordinates></Point>" if parts else "" for parts in rows]
    lines = ("".join(f"<LineString><coordinates>{part}</coordinates></LineString>" for part in parts) for parts in rows)
    return [f"<MultiGeometry>{line}</MultiGeometry>" if line else "" for line in lines]
