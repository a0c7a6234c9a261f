"""The command line against files as users have them: refused in one sentence, and the store as it was."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from dashboard import cli, importing
from data import release, store
from tests.dashboard.test_new_layer import JOURNEYS, MAP, rows
from tests.data import files
from tests.data.files import contents, seizure

HERE = Path(__file__).parents[2]
Make = Callable[[Path], Path]


def _parquet(folder: Path) -> Path:
    return files.ids(folder / "bad.parquet", seizure(), seizure())


def _truncated(folder: Path) -> Path:
    path = _parquet(folder)
    path.write_bytes(path.read_bytes()[:-20])
    return path


def _bad_magic(folder: Path) -> Path:
    path = _parquet(folder)
    path.write_bytes(b"XXXX" + path.read_bytes()[4:])
    return path


def _damaged(folder: Path) -> Path:
    path = _parquet(folder)
    data = path.read_bytes()
    path.write_bytes(data[:4] + bytes(400) + data[404:])
    return path


def _matrix(folder: Path) -> Path:
    return files.matrix(folder / "bad.xlsx", ("ALABAMA",), {"ALABAMA": (1,)})


def _glotip(folder: Path) -> Path:
    return files.glotip(folder / "bad_2016.xlsx", {})


def _missing_column(folder: Path) -> Path:
    row = seizure()
    del row["SEIZURE_DATE"]
    return files.table(folder / "bad.csv", [row], sep=";")


def _seizure(**changes: object) -> Make:
    return lambda folder: files.ids(folder / "bad.csv", seizure(), seizure(**changes))


def _event(**changes: object) -> Make:
    return lambda folder: files.ged(folder / "bad.csv", {}, {"id": 8, **changes})


def _bytes(name: str, data: bytes) -> Make:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return make


def _latin_1(folder: Path) -> Path:
    path = files.ids(folder / "bad.csv", seizure(), seizure(PLACE="Nîmes"))
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1"))
    return path


def _header_only(folder: Path) -> Path:
    return _bytes("bad.csv", ";".join(files.IDS_COLUMNS).encode() + b"\n")(folder)


def _directory(folder: Path) -> Path:
    (folder / "bad").mkdir()
    return folder / "bad"


def _negative_cell(folder: Path) -> Path:
    return files.matrix(folder / "bad_2016.xlsx", ("ALABAMA", "TEXAS"), {"ALABAMA": (1, 2), "TEXAS": (3, -4)})


def _missing(folder: Path) -> Path:
    return folder / "bad.csv"


# what is wrong: source, file, the words of the sentence in their order; the last are the cure
BAD: dict[str, tuple[str, Make, tuple[str, ...]]] = {
    "truncated Parquet": ("unodc-ids", _truncated, ("bad.parquet: ", "cut short", "download it again.")),
    "bad magic": ("unodc-ids", _bad_magic, ("bad.parquet: ", "does not start with PAR1", "check what it is.")),
    "damaged Parquet": ("unodc-ids", _damaged, ("bad.parquet: ", "is damaged", "download it again.")),
    "no workbook": ("unodc-glotip", _bytes("bad.xlsx", b"words"), ("bad.xlsx: ", "no XLSX", "download it again.")),
    "other workbook": ("unodc-glotip", _matrix, ("bad.xlsx: ", "Iso3_code", "belongs to this source.")),
    "other matrix": ("atf-traces", _glotip, ("bad_2016.xlsx: ", "ALABAMA", "belongs to this source.")),
    "other table": ("ucdp-ged", _seizure(), ("bad.csv, row 1: column id is missing", "belongs to this source.")),
    "missing column": (
        "unodc-ids",
        _missing_column,
        ("bad.csv, row 1: column SEIZURE_DATE is missing", "check that the file belongs to this source."),
    ),
    "latitude 91": (
        "ucdp-ged",
        _event(latitude=91),
        ("bad.csv, row 3, column latitude: '91.0' is outside -90..90 degrees", "Correct the coordinate."),
    ),
    "date 2099": (
        "unodc-ids",
        _seizure(SEIZURE_DATE="2099-01-01"),
        ("bad.csv, row 3, column SEIZURE_DATE: '2099-01-01' lies in the future", "Correct the date."),
    ),
    "unknown country": (
        "unodc-ids",
        _seizure(COUNTRY="Atlantis"),
        ("bad.csv, row 3, column COUNTRY: 'Atlantis' is no country we know", "Correct it, or add the spelling"),
    ),
    "misspelt country": (
        "unodc-ids",
        _seizure(COUNTRY="Germny"),
        ("bad.csv, row 3, column COUNTRY: 'Germny' is no country we know", "Did you mean Germany?"),
    ),
    "no country": (
        "unodc-ids",
        _seizure(COUNTRY=""),
        ("bad.csv, row 3, column COUNTRY: empty names no country", "Fill it in."),
    ),
    "negative amount": (
        "unodc-ids",
        _seizure(AMOUNT="-1"),
        ("bad.csv, row 3, column AMOUNT: '-1' is a negative amount", "Correct the amount."),
    ),
    "amount in words": (
        "unodc-ids",
        _seizure(AMOUNT="1,5"),
        ("bad.csv, row 3, column AMOUNT: '1,5' is no number", "Correct it"),
    ),
    "negative cell": (
        "atf-traces",
        _negative_cell,
        ("bad_2016.xlsx, row 4, column TEXAS: '-4' is no count", "Correct the cell."),
    ),
    "empty file": ("unodc-ids", _bytes("bad.csv", b""), ("bad.csv: the file is empty", "download it again.")),
    "directory": ("unodc-ids", _directory, ("bad: this is a directory", "name the files in it")),
    "missing file": ("unodc-ids", _missing, ("bad.csv: there is no such file", "check the name.")),
    "not UTF-8": ("unodc-ids", _latin_1, ("bad.csv, row 3: the text is not UTF-8", "save the file as UTF-8.")),
    "header only": ("unodc-ids", _header_only, ("bad.csv: there is a header but no row below it", "download")),
    "other ending": ("unodc-ids", _bytes("bad.zip", b"PK"), ("bad.zip: ", "give .csv, .xlsx, .parquet or .geojson.")),
    "name of two lines": ("unodc-ids", _bytes("b\nad.csv", b"a"), ("b\\nad.csv", "rename it.")),
    "no year": ("atf-traces", _matrix, ("bad.xlsx: ", "which year", "pass --year")),
}


@pytest.fixture
def root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return a store that one good import made."""
    good = files.ids(tmp_path / "good.csv", seizure(PLACE="Good"))
    assert cli.main(["import", "unodc-ids", str(good), "--store", str(tmp_path / "store")]) == 0
    capsys.readouterr()
    return tmp_path / "store"


def in_order(sentence: str, parts: tuple[str, ...]) -> bool:
    """Return whether the sentence holds the parts one after the other."""
    at = 0
    for part in parts:
        found = sentence.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return True


def assert_one_sentence(words: str, parts: tuple[str, ...]) -> None:
    """Assert that the error stream is one line that says the parts in their order."""
    assert words.startswith("contraflow: ")
    assert words.count("\n") == 1, words
    assert words.endswith("\n")
    assert "Traceback" not in words
    assert in_order(words, parts), words


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_refused_in_one_sentence_and_the_store_stays(
    root: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    source_id, make, parts = BAD[what]
    path, before = make(root.parent), contents(root)
    assert cli.main(["import", source_id, str(path), "--store", str(root)]) == 3
    seen = capsys.readouterr()
    assert seen.out == ""
    assert_one_sentence(seen.err, parts)
    assert contents(root) == before


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_makes_no_store(tmp_path: Path, what: str) -> None:
    source_id, make, _ = BAD[what]
    path = make(tmp_path)
    before = contents(tmp_path)
    assert cli.main(["import", source_id, str(path), "--store", str(tmp_path / "new" / "store")]) == 3
    assert contents(tmp_path) == before


def command(*arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run contraflow in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "dashboard.cli", *map(str, arguments)],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("what", ["truncated Parquet", "latitude 91"])
def test_a_process_of_its_own_refuses_the_same_way(root: Path, what: str) -> None:
    source_id, make, parts = BAD[what]
    path, before = make(root.parent), contents(root)
    ended = command("import", source_id, path, "--store", root)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert_one_sentence(ended.stderr, parts)
    assert contents(root) == before


# root may read everything; without its capabilities (capset, version 3, all zero) it is an owner like any other
AS_OTHERS = """
import ctypes, os, struct, sys
from dashboard import cli, importing
if os.getuid() == 0:
    assert ctypes.CDLL(None).capset(struct.pack("Ii", 0x20080522, 0), bytes(24)) == 0
sys.exit(cli.main(sys.argv[1:]))
"""


def test_a_file_one_may_not_read_is_refused(tmp_path: Path) -> None:
    path = files.ids(tmp_path / "secret.csv", seizure())
    path.chmod(0)
    arguments = ["import", "unodc-ids", str(path), "--store", str(tmp_path / "store")]
    ended = subprocess.run(
        [sys.executable, "-c", AS_OTHERS, *arguments],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (ended.returncode, ended.stdout) == (3, "")
    assert_one_sentence(ended.stderr, ("secret.csv: you may not read this file", "chmod u+r"))
    assert [entry.name for entry in tmp_path.iterdir()] == ["secret.csv"]


@pytest.mark.parametrize("is_good_first", [True, False])
def test_one_bad_file_keeps_the_good_one_out(root: Path, is_good_first: bool) -> None:
    good = files.ids(root.parent / "better.csv", seizure(PLACE="Better"))
    bad = files.ids(root.parent / "bad.csv", seizure(COUNTRY="Atlantis"))
    before = contents(root)
    paths = [good, bad] if is_good_first else [bad, good]
    assert cli.main(["import", "unodc-ids", *map(str, paths), "--store", str(root)]) == 3
    assert contents(root) == before
    assert cli.main(["import", "unodc-ids", str(good), "--store", str(root)]) == 0
    assert len(store.imports(root)) == 2


def test_quarantine_sets_impossible_rows_aside_and_keeps_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [seizure(COUNTRY="Atlantis"), seizure(SEIZURE_DATE="2099-01-01"), seizure(AMOUNT="-1", PLACE="")]
    path = files.ids(tmp_path / "mixed.csv", seizure(), *bad, seizure(PLACE="Elsewhere"))
    root = tmp_path / "store"
    assert cli.main(["import", "unodc-ids", str(path), "--store", str(root), "--quarantine"]) == 0
    folder = store.imports(root)[0]
    assert pq.read_table(folder / "observations.parquet")["source_row"].to_pylist() == [2, 6]
    aside = sorted(pq.read_table(folder / "quarantine.parquet").to_pylist(), key=lambda row: int(row["source_row"]))
    assert [(row["source_row"], row["column"], row["value"], row["rule"]) for row in aside] == [
        (3, "COUNTRY", "Atlantis", "is no country we know"),
        (4, "SEIZURE_DATE", "2099-01-01", "lies in the future"),
        (5, "AMOUNT", "-1", "is a negative amount"),
    ]
    rows = [json.loads(row["row_json"]) for row in aside]
    assert rows == [{name: value or None for name, value in row.items()} for row in bad]
    told = capsys.readouterr().out
    assert all(rule in told for rule in ("is no country we know", "lies in the future", "is a negative amount"))


def test_a_file_of_impossible_rows_only_leaves_an_empty_import(tmp_path: Path) -> None:
    path = files.ids(tmp_path / "bad.csv", seizure(COUNTRY="Atlantis"))
    root = tmp_path / "store"
    assert cli.main(["import", "unodc-ids", str(path), "--store", str(root), "--quarantine"]) == 0
    assert store.report(store.imports(root)[0]).row_count_kept == 0
    assert cli.main(["release", "--store", str(root)]) == 0
    assert release.verify(release.current(root)) == []


@pytest.mark.parametrize("name", ["good.csv", "copy.csv"])
def test_the_same_bytes_again_change_nothing_and_say_so(
    root: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = root.parent / name
    path.write_bytes((root.parent / "good.csv").read_bytes())
    before = contents(root)
    assert cli.main(["import", "unodc-ids", str(path), "--store", str(root)]) == 0
    assert "already" in capsys.readouterr().out
    assert contents(root) == before


def test_one_file_named_twice_is_stored_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, root = files.ids(tmp_path / "ids.csv", seizure()), tmp_path / "store"
    assert cli.main(["import", "unodc-ids", str(path), str(path), "--store", str(root)]) == 0
    assert capsys.readouterr().out.count("already") == 1
    assert len(store.imports(root)) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", "no-such-source", "a.csv", "--store", "s"],
        ["import", "unodc-ids", "a.csv"],
        ["import", "unodc-ids", "--store", "s"],
        ["import", "atf-traces", "a.xlsx", "--store", "s", "--year", "last"],
        ["release"],
        ["no-such-command"],
        [],
        ["flows", "--store", "s"],
        ["flows", "--layer", "drugs", "--store", "s", "--since", "31.01.2020"],
    ],
)
def test_wrong_usage_ends_with_2_and_touches_nothing(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage: contraflow" in capsys.readouterr().err
    assert contents(tmp_path) == {}


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["flows", "--layer", "drugz"], "drugz"),
        (["flows", "--layer", "drugs", "--region", "Atlantis"], "Atlantis"),
        (["flows", "--layer", "drugs", "--mode", "zeppelin"], "zeppelin"),
        (["flows", "--layer", "drugs", "--commodity", "unobtainium"], "unobtainium"),
        (["compare", "--layers", "drugs"], "drugs"),
        (["compare", "--layers", "drugs,drugs"], "drugs"),
    ],
)
def test_words_no_filter_knows_end_with_2_in_one_sentence(
    root: Path, capsys: pytest.CaptureFixture[str], words: list[str], named: str
) -> None:
    assert cli.main(["release", "--store", str(root)]) == 0
    capsys.readouterr()
    assert cli.main([*words, "--store", str(root)]) == 2
    assert_one_sentence(capsys.readouterr().err, (named,))


@pytest.mark.parametrize("words", [["flows", "--layer", "drugs"], ["release"]])
def test_no_store_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert cli.main([*words, "--store", str(tmp_path / "none")]) == 3
    assert_one_sentence(capsys.readouterr().err, ("none: ", "run contraflow "))
    assert contents(tmp_path) == {}


def test_a_store_that_is_a_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "store").write_text("words", encoding="utf-8")
    path = files.ids(tmp_path / "ids.csv", seizure())
    assert cli.main(["import", "unodc-ids", str(path), "--store", str(tmp_path / "store")]) == 3
    assert_one_sentence(capsys.readouterr().err, ("store", "cannot be written", "choose another --store."))
    assert (tmp_path / "store").read_text(encoding="utf-8") == "words"


def test_a_good_import_and_release_say_nothing_on_the_error_stream(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    path, root = files.ids(tmp_path / "ids.csv", seizure()), tmp_path / "store"
    assert cli.main(["import", "unodc-ids", str(path), "--store", str(root)]) == 0
    assert cli.main(["release", "--store", str(root)]) == 0
    seen = capsys.readouterr()
    assert seen.err == ""
    assert release.current(root).id in seen.out


def _importing(folder: Path, kind: str) -> list[str]:
    """Return an import of made-up drug seizures, of the published source or of one's own by a map."""
    files.ids(folder / "good.csv", seizure())
    if kind == "published":
        return ["import", "unodc-ids", str(folder / "good.csv")]
    (folder / "MAP.toml").write_text(MAP, encoding="utf-8")
    files.table(folder / "own.csv", rows(JOURNEYS))
    return ["import", "--map", str(folder / "MAP.toml"), str(folder / "own.csv")]


@pytest.mark.parametrize("kind", ["published", "own"])
def test_real_records_do_not_join_synthetic_ones(
    sample_root: Path, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(path.name for path in (sample_root / "imports").iterdir())
    assert cli.main([*_importing(tmp_path, kind), "--store", str(sample_root)]) == 3
    assert capsys.readouterr().err == (
        f"contraflow: {sample_root}: this store holds synthetic records, which real ones must not join; "
        "choose another --store.\n"
    )
    assert sorted(path.name for path in (sample_root / "imports").iterdir()) == before


@pytest.mark.parametrize("kind", ["published", "own"])
def test_real_records_join_real_ones(tmp_path: Path, kind: str) -> None:
    files.ids(tmp_path / "first.csv", seizure(SEIZURE_DATE="2013-05-06"))
    assert cli.main(["import", "unodc-ids", str(tmp_path / "first.csv"), "--store", str(tmp_path / "store")]) == 0
    assert cli.main([*_importing(tmp_path, kind), "--store", str(tmp_path / "store")]) == 0
    assert len(store.imports(tmp_path / "store")) == 2
    assert not store.is_synthetic(tmp_path / "store")


def test_the_parts_of_the_sample_are_stored_beside_each_other(tmp_path: Path) -> None:
    importing.make_sample(tmp_path / "store", seed=1, scale=0.01)
    assert store.is_synthetic(tmp_path / "store")
    importing.make_sample(tmp_path / "store", seed=1, scale=0.01)
    assert len(store.imports(tmp_path / "store")) == 4


def test_an_import_whose_source_cannot_be_read_is_named_before_anything_joins_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    importing.make_sample(tmp_path / "store", seed=1, scale=0.01)
    (store.imports(tmp_path / "store")[0] / "sources.parquet").write_bytes(b"PAR1 no table PAR1")
    assert cli.main([*_importing(tmp_path, "published"), "--store", str(tmp_path / "store")]) == 3
    assert "this import is damaged (its source cannot be read); delete its folder" in capsys.readouterr().err
