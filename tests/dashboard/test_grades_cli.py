"""The command line grades a source or a record: kept line by line, checked, and counted from the next release on."""

import csv
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from dashboard import assemble, cli, publish, stores
from dashboard.filters import Filters
from data import grades, release
from data.errors import StoreError
from geo import evidence
from tests.data import files
from tests.data.files import contents, seizure
from tests.data.test_duplicates import EVENT, INCIDENTS, LAYER, PLANTED, imported

FACTOR = evidence.grades().set_index(["reliability", "credibility"])["factor"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a released store of two seizures graded B2."""
    imported(tmp_path, "own-a", PLANTED[:2])
    publish.publish(tmp_path / "store")
    return tmp_path / "store"


def grade(root: Path, *words: str) -> int:
    """Run the command on a store."""
    return cli.main(["grade", "--store", str(root), *words])


def shown(root: Path) -> list[list[str]]:
    """Return the grades of the evidence behind the one corridor, in the order of dates."""
    found = assemble.evidence(stores.opened(root), Filters(layers=(LAYER,)), "KEN~UGA").records
    told: list[list[str]] = found.sort_values("date_start")[["reliability", "credibility"]].to_numpy().tolist()
    return told


def ids(root: Path) -> list[str]:
    """Return the ids of the records, in the order of dates."""
    rows = sorted(files.rows_of(root, "observations"), key=lambda row: row["date_start"])
    return [row["obs_id"] for row in rows]


def test_a_grade_of_a_source_changes_the_next_release_and_its_weights(root: Path) -> None:
    before = release.current(root)
    assert grade(root, "--source", "own-a", "--reliability", "D", "--note", "relays rumours") == 0
    assert release.current(root).id == before.id
    after = publish.publish(root)
    assert after.id != before.id
    assert shown(root) == [["D", "2"], ["D", "2"]]
    legs = pd.DataFrame(files.rows_of(root, "legs"))
    assert legs["weight"].tolist() == pytest.approx([FACTOR["D", "2"]] * 4)
    assert publish.publish(root).id == after.id


def test_a_grade_of_a_record_stands_above_that_of_its_source(root: Path) -> None:
    first, _ = ids(root)
    assert grade(root, "--source", "own-a", "--record", f"{first}#0", "--credibility", "5") == 0
    assert grade(root, "--source", "own-a", "--reliability", "C", "--credibility", "3") == 0
    publish.publish(root)
    assert shown(root) == [["C", "5"], ["C", "3"]]


def test_the_last_word_stands_and_what_is_left_out_stays(root: Path) -> None:
    for words in (("--reliability", "E", "--credibility", "4"), ("--reliability", "A")):
        assert grade(root, "--source", "own-a", *words) == 0
    (held,) = grades.own(root).to_dict("records")
    assert {name: files.none(value) for name, value in held.items()} == {
        **{"source_id": "own-a", "obs_id": None, "reliability": "A", "credibility": "4"}
    }
    assert len(grades.history(root)) == 2


def test_the_same_grades_given_another_way_are_the_same_release(root: Path) -> None:
    grade(root, "--source", "own-a", "--reliability", "E", "--credibility", "4", "--note", "first thought")
    one = publish.next_id(root)
    grade(root, "--source", "own-a", "--credibility", "5")
    assert publish.next_id(root) != one
    grade(root, "--source", "own-a", "--credibility", "4", "--note", "second thought")
    assert publish.next_id(root) == one


def test_a_graded_record_is_not_confirmed_over_its_reader_s_head(tmp_path: Path, root: Path) -> None:
    first, second = ids(root)
    imported(tmp_path, "own-b", PLANTED[:2])
    assert grade(root, "--source", "own-a", "--record", first, "--credibility", "4") == 0
    publish.publish(root)
    assert {row["kept_id"] for row in files.rows_of(root, "duplicates")} > {second}
    assert {row["obs_id"]: row["credibility"] for row in files.rows_of(root, "observations")}[second] == "1"
    assert {row["obs_id"]: row["credibility"] for row in files.rows_of(root, "observations")}[first] == "4"


def test_every_change_is_a_line_safe_for_a_spreadsheet(root: Path) -> None:
    notes = ["=HYPERLINK(1)", 'two\nlines, "quoted"', "\u202eturned", ""]
    for note in notes:
        assert grade(root, "--source", "own-a", "--reliability", "B", "--note", note) == 0
    with (root / grades.FILE).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["note"] for row in rows] == ["'=HYPERLINK(1)", 'two lines, "quoted"', "turned", ""]
    assert {row["graded_on"] for row in rows} == {date.today().isoformat()}
    assert len((root / grades.FILE).read_text(encoding="utf-8").splitlines()) == 1 + len(notes)
    assert [path.name for path in root.glob(".grades*")] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--source", "own-b", "--reliability", "B"), "holds no source 'own-b'; it holds own-a."),
        (("--source", "own-a", "--reliability", "G"), "reliability is 'G'; choose from A, B, C, D, E, F."),
        (("--source", "own-a", "--credibility", "b"), "credibility is 'b'; choose from 1, 2, 3, 4, 5, 6."),
        (("--source", "own-a"), "states neither reliability nor credibility; give one of them or both."),
        (("--source", "own-a", "--record", "own-a:x", "--credibility", "1"), "has no record 'own-a:x'; "),
    ],
)
def test_what_cannot_be_graded_is_named_and_nothing_is_written(
    root: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    before = contents(root)
    assert grade(root, *words) == 3
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1
    assert contents(root) == before


def test_incidents_carry_no_grade(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    imported(tmp_path, "own-c", [EVENT], record_kind="incident", columns=INCIDENTS)
    assert grade(tmp_path / "store", "--source", "own-c", "--reliability", "B") == 3
    assert "'own-c' holds incidents only, which carry no grade and no weight" in capsys.readouterr().err


def test_a_store_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("--list",), ("--source", "own-a", "--reliability", "B")):
        assert grade(tmp_path / "none", *words) == 3
        assert "none: holds no" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_list_tells_every_line(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert grade(root, "--list") == 0
    assert "No grade was given." in capsys.readouterr().out
    first = ids(root)[0]
    grade(root, "--source", "own-a", "--reliability", "C", "--note", "[bold]seen[/bold]")
    grade(root, "--source", "own-a", "--record", first, "--credibility", "1")
    capsys.readouterr()
    assert grade(root, "--list") == 0
    told = capsys.readouterr().out
    for words in (date.today().isoformat(), "own-a", first, "[bold]seen[/bold]"):
        assert words in told
    assert told.index("seen") < told.index(first)


@pytest.mark.parametrize("words", [(), ("--list", "--source", "own-a")])
def test_wrong_usage_says_so(root: Path, words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as stopped:
        grade(root, *words)
    assert stopped.value.code == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("wrong\n", "line 1: expected the columns graded_on, source_id"),
        (",".join(grades.COLUMNS) + "\n2026-01-01,own-a\n", "line 2: holds 2 cells, not 6"),
        (",".join(grades.COLUMNS) + "\n2026-01-01,own-a,,Z,,\n", "line 2: reliability is 'Z'"),
        (",".join(grades.COLUMNS) + '\n"', "cannot be read as CSV"),
    ],
)
def test_a_file_changed_by_hand_is_named_with_its_line(root: Path, text: str, said: str) -> None:
    (root / grades.FILE).write_text(text, encoding="utf-8")
    with pytest.raises(StoreError, match=said):
        publish.publish(root)


def test_the_published_grade_stays_where_the_user_gave_none(tmp_path: Path) -> None:
    imported(tmp_path, "own-a", PLANTED[:1])
    files.ids(tmp_path / "ids.csv", seizure())
    assert cli.main(["import", "unodc-ids", str(tmp_path / "ids.csv"), "--store", str(tmp_path / "store")]) == 0
    assert grade(tmp_path / "store", "--source", "own-a", "--credibility", "6") == 0
    publish.publish(tmp_path / "store")
    told = {row["source_id"]: row for row in files.rows_of(tmp_path / "store", "observations")}
    assert [told[name]["credibility"] for name in ("own-a", "unodc-ids")] == ["6", "2"]
