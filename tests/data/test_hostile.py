"""Files made to hurt: each is refused with a named reason, or dies in the child and not in the parent."""

import random
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard import cli
from data import child, gate, raw, release
from data.errors import SourceError
from tests.data import files
from tests.data.files import contents

HERE = Path(__file__).parents[2]
MEGABYTE = 1_000_000
Make = Callable[[Path], None]


def _whole(path: Path) -> bytearray:
    """Write a good file with page checksums and return its bytes."""
    table = pa.table({"a": [f"word {i}" for i in range(5000)], "n": list(range(5000))})
    pq.write_table(table, path, compression="zstd", write_page_checksum=True)
    return bytearray(path.read_bytes())


def _bytes(data: bytes) -> Make:
    def make(path: Path) -> None:
        path.write_bytes(data)

    return make


def _changed(change: Callable[[bytearray], bytes | bytearray]) -> Make:
    def make(path: Path) -> None:
        path.write_bytes(change(_whole(path)))

    return make


def _footer_bytes(data: bytearray) -> slice:
    size = int.from_bytes(data[-8:-4], "little")
    return slice(len(data) - 8 - size, len(data) - 8)


def _with_random_footer(data: bytearray) -> bytearray:
    at = _footer_bytes(data)
    data[at] = random.Random(1).randbytes(at.stop - at.start)  # noqa: S311
    return data


def _with_flipped_footer(data: bytearray) -> bytearray:
    at = _footer_bytes(data).start
    data[at : at + 40] = bytes(255 - byte for byte in data[at : at + 40])
    return data


def _with_flipped_pages(data: bytearray) -> bytearray:
    for at in range(100, 400, 10):
        data[at] ^= 1
    return data


def _with_zeros(data: bytearray) -> bytearray:
    data[200:600] = bytes(400)
    return data


def _nested(depth: int) -> Make:
    def make(path: Path) -> None:
        values: pa.Array = pa.array([1])
        for _ in range(depth):
            values = pa.ListArray.from_arrays(pa.array([0, 1], pa.int32()), values)
        pq.write_table(pa.table({"deep": values}), path)

    return make


def _many_rows(path: Path) -> None:
    """500 million zeros in 50 row groups; packed, they are next to nothing."""
    group = pa.table({"a": pa.array([0], pa.int64()).take(pa.array(bytes(MEGABYTE), pa.uint8()).cast("int32"))})
    with pq.ParquetWriter(path, group.schema) as writer:
        for _ in range(500):
            writer.write_table(group)


def _declared_bomb(path: Path) -> None:
    """2 GB of one letter, packed to next to nothing; the table of contents says so."""
    group = pa.table({"a": ["x" * MEGABYTE] * 64})
    with pq.ParquetWriter(path, group.schema, compression="zstd", use_dictionary=False) as writer:
        for _ in range(32):
            writer.write_table(group)


def _dictionary_bomb(path: Path) -> None:
    """2 GB as 2,048 references to one word of 1 MB; the table of contents says 1 MB."""
    once = pa.DictionaryArray.from_arrays(pa.array([0] * 2048, pa.int32()), ["x" * MEGABYTE])
    pq.write_table(pa.table({"a": once}), path, dictionary_pagesize_limit=2 * MEGABYTE, store_schema=False)


def _wide(path: Path) -> None:
    pq.write_table(pa.table({f"c{i}": [1] for i in range(20_000)}), path)


def _not_utf_8(path: Path) -> None:
    words = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe")])
    pq.write_table(pa.table({"a": words}), path)


def _long_key(path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}).replace_schema_metadata({"k": "x" * 20 * MEGABYTE}), path)


def _table(table: Callable[[], pa.Table], **options: object) -> Make:
    return lambda path: pq.write_table(table(), path, **options)


def _twice() -> pa.Table:
    return pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])


SHOWN = "\N{RIGHT-TO-LEFT OVERRIDE}"
# what it is: how it is made, and words of the sentence with which the table of contents alone is refused
HOSTILE: dict[str, tuple[Make, str]] = {
    "empty": (_bytes(b""), "the file is empty"),
    "cut at the end": (_changed(lambda data: data[:-20]), "is cut short"),
    "cut in the middle": (_changed(lambda data: data[: len(data) // 2]), "is cut short"),
    "wrong last bytes": (_changed(lambda data: data[:-4] + b"XXXX"), "is cut short"),
    "wrong first bytes": (_changed(lambda data: b"XXXX" + data[4:]), "does not start with PAR1"),
    "footer length overflows": (
        _changed(lambda data: data[:-8] + b"\xff\xff\xff\xffPAR1"),
        "claims 4,294,967,295 bytes",
    ),
    "footer length zero": (_changed(lambda data: data[:-8] + bytes(4) + b"PAR1"), "claims 0 bytes"),
    "footer with flipped bits": (_changed(_with_flipped_footer), "is damaged"),
    "random footer": (_changed(_with_random_footer), "is damaged"),
    "CSV by another name": (_bytes(b"a,b\n1,2\n"), "does not start with PAR1"),
    "HTML by another name": (_bytes(b"<html><script>alert(1)</script></html>"), "does not start with PAR1"),
    "2 GB in 70 kB": (_declared_bomb, "unpacks to 2,04"),
    "500 million rows": (_many_rows, "500,000,000 rows of 1 columns"),
    "20,000 columns": (_wide, "1 rows of 20,000 columns"),
    "lists 120 deep": (_nested(120), "damaged"),
    "a list": (_nested(1), "column deep.list.element is nested"),
    "a struct": (_table(lambda: pa.table({"s": [{"x": 1}]})), "column s.x is nested"),
    "no row": (_table(lambda: pa.table({"a": pa.array([], pa.int64())})), "there are columns but no row"),
    "a name twice": (_table(_twice), "column a stands there twice"),
    "a name that is run": (_table(lambda: pa.table({"@@type": ["x"]})), "column @ @type has a name that map libraries"),
    "a name that runs backwards": (_table(lambda: pa.table({f"@@{SHOWN}x": ["x"]})), "column @ @x has a name"),
    "a key of 20 MB": (_long_key, "table of contents claims"),
    "outdated times": (
        _table(lambda: pa.table({"t": pa.array([0], pa.timestamp("ns"))}), use_deprecated_int96_timestamps=True),
        "column t is of the outdated type INT96",
    ),
}
# these look right from outside; the child finds out
INSIDE: dict[str, tuple[Make, str]] = {
    "pages with flipped bits": (_changed(_with_flipped_pages), "is damaged"),
    "a block of zeros": (_changed(_with_zeros), "is damaged"),
    "not UTF-8": (_not_utf_8, "is damaged"),
    "a word of 1 MB 2,048 times": (_dictionary_bomb, "more than is allowed"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that makes each hostile file once."""
    folder, known = tmp_path_factory.mktemp("hostile"), HOSTILE | INSIDE

    def make(what: str) -> Path:
        path = folder / f"{what}.parquet"
        if not path.exists():
            known[what][0](path)
        return path

    return make


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with one release."""
    folder = tmp_path_factory.mktemp("kept")
    path, store = files.ids(folder / "good.csv", files.seizure()), folder / "store"
    assert cli.main(["import", "unodc-ids", str(path), "--store", str(store)]) == 0
    assert cli.main(["release", "--store", str(store)]) == 0
    return store


def test_check_1_there_are_twenty_kinds_or_more() -> None:
    assert len(HOSTILE | INSIDE) >= 20


@pytest.mark.parametrize("what", HOSTILE)
def test_check_1_the_gate_names_the_reason_without_unpacking(
    made: Callable[[str], Path], what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "decoded", None)  # nothing is unpacked
    with pytest.raises(SourceError) as refused:
        gate.kind_of(made(what))
    assert HOSTILE[what][1] in str(refused.value)
    assert str(refused.value).startswith(what)
    assert "\n" not in str(refused.value)
    assert SHOWN not in str(refused.value)


@pytest.mark.parametrize("what", INSIDE)
def test_check_1_what_looks_right_from_outside_is_refused_by_the_child(made: Callable[[str], Path], what: str) -> None:
    assert gate.kind_of(made(what)) == "parquet"
    with pytest.raises(SourceError) as refused:
        raw.read(made(what), ["a"])
    assert INSIDE[what][1] in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("what", ["lists 120 deep", "footer length overflows", "not UTF-8", "a list", "a name twice"])
def test_check_1_nothing_is_published(
    made: Callable[[str], Path], root: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(root)
    assert cli.main(["import", "unodc-ids", str(made(what)), "--store", str(root)]) == 3
    assert capsys.readouterr().err.startswith(f"contraflow: {what}.parquet: ")
    assert contents(root) == before


FORCED = """
import resource, sys
from pathlib import Path
from data import gate
from data.errors import SourceError
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    gate.decoded(Path(sys.argv[1]), "parquet")
    said = "taken"
except SourceError as refused:
    said = str(refused)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
print(said)
"""


@pytest.mark.parametrize(
    "what", ["lists 120 deep", "500 million rows", "2 GB in 70 kB", "a word of 1 MB 2,048 times", "20,000 columns"]
)
def test_check_2_forced_past_the_gate_only_the_child_suffers(made: Callable[[str], Path], what: str) -> None:
    """Check 2: the parent's peak grows by less than 100 MB; the wall clock is the child's limit, 20 seconds."""
    ended = subprocess.run(
        [sys.executable, "-c", FORCED, str(made(what))], cwd=HERE, capture_output=True, text=True, check=True
    )
    grown_kb, said = ended.stdout.splitlines()
    assert int(grown_kb) < 100_000
    assert gate.CHILD_WALL_SECONDS <= 20
    if what != "20,000 columns":  # harmless, only wide
        assert said.startswith(f"{what}.parquet: ")


def test_check_2_a_child_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sleeps.py").write_text("import time\ntime.sleep(60)\n", encoding="utf-8")
    monkeypatch.setattr(child, "__file__", str(tmp_path / "sleeps.py"))
    monkeypatch.setattr(gate, "CHILD_WALL_SECONDS", 0.2)
    with pytest.raises(
        SourceError, match=r"^a.parquet: unpacking the file takes over 0.2 seconds, more than is allowed"
    ):
        gate.decoded(tmp_path / "a.parquet", "parquet")


def test_check_2_a_child_that_works_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "works.py").write_text(
        "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass\n", encoding="utf-8"
    )
    monkeypatch.setattr(child, "__file__", str(tmp_path / "works.py"))
    with pytest.raises(SourceError, match="takes over 10 seconds of work, more than is allowed"):
        gate.decoded(tmp_path / "a.parquet", "parquet")


def test_check_3_any_single_flipped_bit_in_a_published_file_is_seen(root: Path) -> None:
    """Check 3: 200 random bits, 200 times "was changed"."""
    published, dice = release.current(root), random.Random(3)  # noqa: S311
    for _ in range(200):
        path = published.path(dice.choice(["observations", "waypoints", "legs", "places"]))
        whole = path.read_bytes()
        at, bit = dice.randrange(len(whole)), 1 << dice.randrange(8)
        path.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
        assert release.verify(published) == [f"{path.name} was changed after it was published"]
        path.write_bytes(whole)
    assert release.verify(published) == []


EXACT = {"a": "text", "n": "whole", "x": "number"}


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"a": ["x"], "n": [1]}, "column x is missing; the source has exactly a, n, x."),
        ({"a": ["x"], "n": [1], "x": [1.0], "more": [1]}, "column more is none of the source's"),
        ({"a": ["x"], "n": ["1"], "x": [1.0]}, "column n holds BYTE_ARRAY, not a whole"),
        ({"a": ["x"], "n": [1], "x": [1]}, "column x holds INT64, not a number"),
    ],
)
def test_check_4_a_file_with_other_columns_or_types_names_the_column(
    tmp_path: Path, columns: dict[str, list[object]], says: str
) -> None:
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    with pytest.raises(SourceError) as refused:
        gate.require_schema(tmp_path / "a.parquet", EXACT)
    assert says in str(refused.value)


def test_check_4_exactly_these_columns_are_taken(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": ["x"], "n": [1], "x": [1.0]}), tmp_path / "a.parquet")
    gate.require_schema(tmp_path / "a.parquet", EXACT)


def test_decimals_become_numbers_and_dictionaries_words(tmp_path: Path) -> None:
    table = pa.table(
        {
            "a": pa.array(["x", "y", "x"]).dictionary_encode(),
            "d": pa.array(["1.50", "2.25", None]).cast(pa.decimal128(10, 2)),
            "b": pa.array([b"p", b"q", None]),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    frame = raw.read(tmp_path / "a.parquet", ["a"]).frame
    assert frame["a"].tolist() == ["x", "y", "x"]
    assert frame["d"].tolist()[:2] == [1.5, 2.25]
    assert frame["b"].tolist()[:2] == ["p", "q"]


def _parts(count: int, size: int, packing: int) -> Make:
    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", packing) as parts:
            parts.writestr("xl/workbook.xml", "<workbook/>")
            for number in range(count):
                parts.writestr(f"xl/part{number}.xml", b"0" * size)

    return make


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_parts(2_000, 1, zipfile.ZIP_STORED), "the workbook has 2,001 parts, over the limit of 2,000; split it."),
        (
            _parts(51, 10 * MEGABYTE, zipfile.ZIP_DEFLATED),
            "unpacks to 510,000,011 bytes, over the limit of 500,000,000",
        ),
        (_parts(2, 10 * MEGABYTE, zipfile.ZIP_DEFLATED), "unpacks to over 200 times its size (20,000,011 bytes)"),
    ],
)
def test_check_16_a_workbook_over_a_limit_is_refused_before_it_is_unpacked(
    tmp_path: Path, make: Make, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "decoded", None)
    make(tmp_path / "a.xlsx")
    with pytest.raises(SourceError) as refused:
        gate.kind_of(tmp_path / "a.xlsx")
    assert says in str(refused.value)


SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    "</sheetData></worksheet>"
)


def test_check_16_two_far_corners_of_a_sheet_exhaust_the_child_only(tmp_path: Path) -> None:
    """Two cells span 17 thousand million; a reader that lays them all out needs hundreds of gigabytes."""
    path = files.xlsx(tmp_path / "a.xlsx", [["a"], [1]])
    with zipfile.ZipFile(path) as parts:
        kept = {name: parts.read(name) for name in parts.namelist()}
    kept["xl/worksheets/sheet1.xml"] = SHEET.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, data in kept.items():
            parts.writestr(name, data)
    with pytest.raises(SourceError, match=r"^a.xlsx: unpacking the file takes over .*, more than is allowed"):
        raw.read(path, ["a"])


def test_check_16_a_table_over_the_limit_of_its_kind_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "SIZE_LIMIT_BYTES", 10)
    (tmp_path / "a.csv").write_text("a,b\n1,2\n3,4\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"^a.csv: 12 bytes is over the limit of 10; split the file\.$"):
        gate.kind_of(tmp_path / "a.csv")


@pytest.fixture
def secret(tmp_path: Path) -> Iterator[Path]:
    """Return a file that no message and no table may show."""
    path = tmp_path / "secret.csv"
    path.write_text("a,lon,lat\nCANARY,1,2\n", encoding="utf-8")
    yield path


def test_check_11_a_list_of_other_files_is_no_geojson(tmp_path: Path, secret: Path) -> None:
    path = tmp_path / "upload.geojson"
    path.write_text(
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>'
        "</OGRVRTDataSource>",
        encoding="utf-8",
    )
    with pytest.raises(SourceError) as refused:
        raw.read(path, ["a"])
    assert "this is no GeoJSON (XML, perhaps a list of other files)" in str(refused.value)
    assert "CANARY" not in str(refused.value)


@pytest.mark.parametrize(
    "name",
    [
        "http://127.0.0.1:9/a.geojson",
        "https://127.0.0.1/a.parquet",
        "s3://bucket/a.parquet",
        "file:///etc/hostname",
        "/vsicurl/http://127.0.0.1:9/a.geojson",
        "/vsizip/a.zip/a.geojson",
    ],
)
def test_check_11_an_address_is_not_opened(name: str) -> None:
    with pytest.raises(SourceError, match="addresses are not read; download the file and give its name"):
        gate.kind_of(Path(name))


def test_check_11_an_archive_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\3\4")
    with pytest.raises(SourceError, match=r"^a.zip: files ending in .zip are not read; give .csv, .xlsx, .parquet or"):
        gate.kind_of(tmp_path / "a.zip")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"features": ' + b"[" * 200_000, "this is no JSON"),
        (b'{"type": "FeatureCollection", "features": []}', "a GeoJSON FeatureCollection with one feature or more"),
        (b'{"a": 1}', "a GeoJSON FeatureCollection with one feature or more"),
        (
            b'{"features": [{"geometry": {"type": "Polygon", "coordinates": [[[0, 0]]]}}]}',
            "feature 1: a Point or a Line",
        ),
        (b'{"features": [{"geometry": {"type": "LineString", "coordinates": []}}]}', "feature 1: a Point or a Line"),
        (b'{"features": [7]}', "feature 1: a Point or a Line"),
        (b'{"features": [{"geometry": null}]}', "feature 1: a Point or a Line"),
    ],
)
def test_check_11_geojson_that_is_none_is_refused(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "a.geojson").write_bytes(data)
    with pytest.raises(SourceError) as refused:
        raw.read(tmp_path / "a.geojson", ["a"])
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
