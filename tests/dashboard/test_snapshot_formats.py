"""Five formats, the same rows; CSV that no spreadsheet obeys; GeoJSON as RFC 7946 wants it."""

import json
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from dashboard import codebook, snapshot_formats, snapshot_lines
from dashboard.snapshot_tables import Mapped

PAYLOADS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    " \t@SUM(1)",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://example.org","x")',
    "\u200b=1+1",
    "＝1+1",
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_begins_as_a_formula_does(payload: str) -> None:
    safe = snapshot_formats.safe_cell(payload)
    assert safe.startswith("'")
    assert not set(safe) & set("\t\r\n")


@pytest.mark.parametrize("plain", ["Guadalajara", "Saint-Malo", "a = b", "", "5.56 × 45", "Łódź", "’s-Hertogenbosch"])
def test_other_texts_stay_as_they_are(plain: str) -> None:
    assert snapshot_formats.safe_cell(plain) == plain


def test_control_characters_go_and_letters_stay() -> None:
    assert snapshot_formats.clean("A\x00B\x1b[31mC\u202eD\nE") == "AB[31mCDE"


def test_payloads_in_a_table_are_safe_in_the_file_and_numbers_are_numbers(tmp_path: Path) -> None:
    count = len(PAYLOADS)
    rows = pd.DataFrame({"title": PAYLOADS, "omega": [-0.5] * count})
    snapshot_formats.write_csv(snapshot_formats.arrow(rows), tmp_path / "x.csv")
    again = pd.read_csv(tmp_path / "x.csv")
    assert again["title"].str.startswith("'").all()
    assert again["omega"].tolist() == [-0.5] * count


def test_rows_straight_from_a_query_are_as_clean_in_csv(tmp_path: Path) -> None:
    texts = ["A\x1bB\u202eC", "\t1+1", "\n=1+1", "plain", None, "plain"]
    snapshot_formats.write_csv(pa.table({"title": texts, "source_row": range(6)}), tmp_path / "x.csv")
    again = pd.read_csv(tmp_path / "x.csv")
    assert again["title"].tolist()[:4] == ["ABC", "1+1", "'=1+1", "plain"]
    assert again["title"].isna().tolist() == [False] * 4 + [True, False]
    assert again["source_row"].tolist() == list(range(6))


def table() -> Mapped:
    """Return three flows: one over 180 degrees, one withheld, one of no length."""
    rows = pd.DataFrame(
        {
            "layer": ["firearms", "drugs", "firearms"],
            "origin": ["Suva", "A <b>&\"quoted\", 'name'", None],
            "record_count": pd.array([12, None, 30], dtype="Int64"),
            "item_count": pd.array([None, None, 31], dtype="Int64"),
            "weight": [11.5, float("nan"), 30.0],
            "first_on": pd.Series(["2020-01-31", None, "2021-12-31"], dtype="datetime64[us]"),
            "is_shown": [True, False, True],
            "count_status": ["published", "suppressed", "published"],
            "marking": "TLP:GREEN",
        }
    )
    points = np.array([(178.44, -18.14), (-118.24, 34.05), (10, 20), (30.123456, 40), (5, 5), (5, 5)])
    return Mapped(rows, snapshot_lines.of_lines(np.repeat(np.arange(3), 2), points, 3))


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Return a folder with the table in every format."""
    snapshot_formats.write_mapped("flows", table(), tmp_path, snapshot_formats.ENDINGS)
    return tmp_path


def read_back(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the rows of each format as another reader sees them."""
    with duckdb.connect() as con:
        parquet = con.read_parquet(str(folder / "geoparquet" / "flows.parquet")).select("* exclude geometry").df()
    csv = pd.read_csv(folder / "csv" / "flows.csv", na_values=[":c"])
    return {
        "gpkg": pyogrio.read_dataframe(folder / "contraflow.gpkg", layer="flows"),
        "geojson": pyogrio.read_dataframe(folder / "geojson" / "flows.geojson"),
        "kml": pyogrio.read_dataframe(folder / "kml" / "flows.kml"),
        "geoparquet": parquet,
        "csv": csv,
    }


def test_five_formats_hold_the_same_rows_and_totals(written: Path) -> None:
    for form, rows in read_back(written).items():
        assert len(rows) == 3, form
        counts = pd.to_numeric(rows["record_count"])
        assert counts.sum() == 12 + 30, form
        assert counts.isna().tolist() == [False, True, False], form
        assert pd.to_numeric(rows["weight"]).sum() == 41.5, form
        assert rows["count_status"].tolist() == ["published", "suppressed", "published"], form
        assert rows["origin"].tolist()[:2] == ["Suva", "A <b>&\"quoted\", 'name'"], form
        assert rows["marking"].tolist() == ["TLP:GREEN"] * 3, form


def test_five_formats_hold_the_same_shapes(written: Path) -> None:
    expected = table().shapes.geometries()
    csv = pd.read_csv(written / "csv" / "flows.csv")["wkt"]
    wkb = pq.read_table(written / "geoparquet" / "flows.parquet")["geometry"].to_pylist()
    shapes = {
        "gpkg": pyogrio.read_dataframe(written / "contraflow.gpkg", layer="flows").geometry.to_numpy(),
        "kml": pyogrio.read_dataframe(written / "kml" / "flows.kml").geometry.to_numpy(),
        "geojson": pyogrio.read_dataframe(written / "geojson" / "flows.geojson").geometry.to_numpy(),
        "csv": np.array([None if pd.isna(text) else shapely.from_wkt(text) for text in csv], dtype=object),
        "geoparquet": np.array([None if raw is None else shapely.from_wkb(raw) for raw in wkb], dtype=object),
    }
    for form, found in shapes.items():
        assert found[2] is None, form
        for mine, theirs in zip(expected[:2], found[:2], strict=True):
            flat = shapely.force_2d(theirs)
            assert shapely.get_coordinates(flat).tolist() == shapely.get_coordinates(mine).tolist(), form


def test_geojson_is_as_rfc_7946_wants_it(written: Path) -> None:
    told = json.loads((written / "geojson" / "flows.geojson").read_text(encoding="utf-8"))
    assert "crs" not in told
    over, plain, nothing = (feature["geometry"] for feature in told["features"])
    assert over["type"] == "MultiLineString"
    assert [part[0][0] for part in over["coordinates"]] == [178.44, -180]
    assert plain == {"type": "LineString", "coordinates": [[10, 20], [30.12346, 40]]}
    assert nothing is None
    assert told["features"][0]["properties"]["first_on"] == "2020-01-31"


def test_geoparquet_says_where_its_shapes_are(written: Path) -> None:
    meta = json.loads(pq.read_metadata(written / "geoparquet" / "flows.parquet").metadata[b"geo"])
    column = meta["columns"][meta["primary_column"]]
    assert (meta["version"], column["encoding"], column["geometry_types"]) == ("1.1.0", "WKB", ["MultiLineString"])
    assert column["bbox"] == [-180, -18.14, 180, 40]


def test_withheld_counts_are_marked_and_unknown_ones_are_blank_in_csv(written: Path) -> None:
    rows = pd.read_csv(written / "csv" / "flows.csv", dtype="str", keep_default_na=False)
    assert rows["record_count"].tolist() == ["12", ":c", "30"]
    assert rows["item_count"].tolist() == ["", ":c", "31"]
    assert rows["first_on"].tolist() == ["2020-01-31", ":c", "2021-12-31"]


def test_an_empty_table_is_a_file_in_every_format(tmp_path: Path) -> None:
    empty = Mapped(table().rows.head(0), snapshot_lines.of_lines(np.arange(0), np.zeros((0, 2)), 0))
    snapshot_formats.write_mapped("flows", empty, tmp_path, snapshot_formats.ENDINGS)
    for form, rows in read_back(tmp_path).items():
        assert len(rows) == 0, form


def test_every_column_has_one_meaning() -> None:
    for name, meaning in codebook.MEANINGS.items():
        assert meaning.type in codebook.TYPES, name
        assert meaning.meaning.endswith("."), name
