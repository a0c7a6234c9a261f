"""Notes on corridors: kept in the store, told in briefs that are not for everyone, and in nothing else that leaves."""

import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from dashboard import brief, brief_files, brief_html, brief_pdf, brief_slides, notes, roles, snapshot, stores
from dashboard.brief import Brief
from dashboard.cli import main
from dashboard.filters import Filters
from dashboard.relations import Draws
from dashboard.snapshot import Request
from data import contracts, kept
from data.errors import KeptError
from tests.dashboard.screen import opener, words
from tests.dashboard.test_brief import flat, marked

CHOSEN = Filters(region=("Americas",))
CORRIDOR = "city:MEX:guadalajara~city:USA:houston"
SAID = "Quokka seen at the pier"
CLEAR, AMBER = contracts.MARKINGS[0], "TLP:AMBER"


@pytest.fixture(scope="module")
def root(sample_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with notes of its own."""
    made = tmp_path_factory.mktemp("notes") / "store"
    made.mkdir()
    (made / "releases").symlink_to(sample_root / "releases")
    shutil.copy(sample_root / "CURRENT", made / "CURRENT")
    return made


@pytest.fixture
def empty(root: Path) -> Path:
    """Return the store without a note."""
    shutil.rmtree(root / kept.FOLDER, ignore_errors=True)
    return root


@pytest.fixture(scope="module")
def told(root: Path) -> Brief:
    """Return a brief that is not for everyone, without a note."""
    store = stores.opened(root)
    return replace(brief.brief(brief.gathered(marked(store, AMBER), CHOSEN)), notes=())


def shown(told: Brief) -> list[str]:
    """Return the corridors a brief draws, those of its findings first."""
    flows = told.view.flows
    drawn = [*told.corridors["corridor_id"], *flows.loc[flows["is_shown"], "corridor_id"]]
    return list(dict.fromkeys(map(str, drawn)))


def texts(told: Brief) -> dict[str, str]:
    """Return what each form of a brief says."""
    from pptx import Presentation

    slides = Presentation(io.BytesIO(brief_slides.pptx(told))).slides
    boxes = [shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame]
    pages = PdfReader(io.BytesIO(brief_pdf.pdf(told))).pages
    assert len(pages) <= 2
    paper = " ".join(page.extract_text() for page in pages)
    return {"pdf": flat(paper), "slides": flat(" ".join(boxes)), "html": flat(brief_html.page(told))}


def test_a_note_is_pinned_changed_and_removed(empty: Path) -> None:
    notes.pin(empty, CORRIDOR, "first", "")
    notes.pin(empty, "a~b", "other", "")
    notes.pin(empty, CORRIDOR, "second", "first")
    assert {each.corridor_id: each.text for each in notes.read(empty).values()} == {"a~b": "other", CORRIDOR: "second"}
    assert notes.read(empty)[CORRIDOR].written_at[:2] == "20"
    notes.pin(empty, CORRIDOR, "", "second")
    assert list(notes.read(empty)) == ["a~b"]


def test_a_press_told_twice_does_once(empty: Path) -> None:
    for _ in range(2):
        notes.pin(empty, CORRIDOR, "first", "")
    before = notes.read(empty)[CORRIDOR]
    notes.pin(empty, CORRIDOR, "first", "seen long ago")
    assert notes.read(empty) == {CORRIDOR: before}


def test_a_note_somebody_else_changed_is_not_written_over(empty: Path) -> None:
    notes.pin(empty, CORRIDOR, "theirs", "")
    for mine in ("mine", ""):
        with pytest.raises(KeptError, match="changed meanwhile, so yours was not kept"):
            notes.pin(empty, CORRIDOR, mine, "as it was")
    assert notes.read(empty)[CORRIDOR].text == "theirs"


def test_a_note_is_one_plain_line_of_limited_length(empty: Path) -> None:
    assert kept.plain(" a\n\nb\x00\u202ec\u2028d\ud800 ") == "a b c d"
    notes.pin(empty, CORRIDOR, "é" * notes.MOST_SIGNS, "")
    with pytest.raises(KeptError, match="has 501 signs; at most 500"):
        notes.pin(empty, "a~b", "é" * (notes.MOST_SIGNS + 1), "")
    assert list(notes.read(empty)) == [CORRIDOR]


def test_every_form_of_a_brief_lists_the_notes_of_its_corridors(empty: Path, told: Brief) -> None:
    first = shown(told)[0]
    notes.pin(empty, first, SAID, "")
    notes.pin(empty, "not~drawn", "Wombat", "")
    noted = brief.noted(told, empty)
    for said in texts(noted).values():
        assert notes.HEADING in said
        assert "not findings" in said
        assert said.count(SAID) == 1
        assert "Wombat" not in said
    assert not any(SAID in said or notes.HEADING in said for said in texts(told).values())


def test_few_notes_are_listed_and_the_others_counted(empty: Path, told: Brief) -> None:
    for at, corridor_id in enumerate(shown(told)[:5]):
        notes.pin(empty, corridor_id, f"note {at}", "")
    lines = brief.noted(told, empty).notes
    assert [f"note {at} (" in line for at, line in enumerate(lines[:3])] == [True] * 3
    assert lines[3:] == ("And 2 more notes.",)


def test_long_notes_leave_the_paper_on_two_pages(empty: Path, told: Brief) -> None:
    for corridor_id in shown(told)[: notes.LISTED]:
        notes.pin(empty, corridor_id, "W" * notes.MOST_SIGNS, "")
    said = texts(brief.noted(told, empty))
    assert "WWWWW" in said["slides"] and "WWWWW" in said["html"]
    assert ("WWWWW" in said["pdf"]) != (brief_pdf.NO_ROOM in said["pdf"])


def test_where_two_pages_do_not_hold_them_notes_give_way(told: Brief) -> None:
    crowded = replace(told, notes=("much " * 4000,))
    pages = PdfReader(io.BytesIO(brief_pdf.pdf(crowded))).pages
    assert len(pages) <= 2
    said = flat(" ".join(page.extract_text() for page in pages))
    assert brief_pdf.NO_ROOM in said
    assert "much much" not in said


def test_a_brief_for_everyone_counts_notes_and_tells_none(empty: Path, told: Brief) -> None:
    for corridor_id in shown(told)[:2]:
        notes.pin(empty, corridor_id, SAID, "")
    for said in texts(brief.noted(replace(told, marking=CLEAR), empty)).values():
        assert SAID not in said
        assert f"2 notes are left out, for a brief marked {CLEAR} may be given to anyone." in said


def test_damaged_notes_are_a_sentence_in_the_brief(empty: Path, told: Brief) -> None:
    (empty / kept.FOLDER).mkdir()
    (empty / kept.FOLDER / "notes.json").write_text("{")
    (line,) = brief.noted(told, empty).notes
    assert "notes of this store cannot be read" in line
    assert str(empty) not in line


def test_the_command_tells_notes_as_the_page_does(
    empty: Path, told: Brief, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes.pin(empty, shown(told)[0], SAID, "")
    out = tmp_path / "made.html"
    command = ["brief", "--store", str(empty), "--region", "Americas", "--out", str(out)]
    assert main(command) == 0
    assert "1 note is left out" in out.read_text(encoding="utf-8")
    plain = stores.opened
    monkeypatch.setattr(stores, "opened", lambda *given: marked(plain(*given), AMBER))
    assert main(command) == 0
    assert SAID in out.read_text(encoding="utf-8")


def test_hostile_notes_are_shown_and_never_run(empty: Path, told: Brief) -> None:
    notes.pin(empty, shown(told)[0], "</script><script>alert(1)</script>![x](http://evil.example/a.png)", "")
    made = brief_html.page(brief.noted(told, empty))
    assert "<script" not in made
    assert "evil.example" not in made


def test_no_snapshot_holds_a_note_whatever_its_marking(empty: Path, told: Brief, tmp_path: Path) -> None:
    notes.pin(empty, shown(told)[0], SAID, "")
    request = Request(CHOSEN, (*snapshot.VECTORS, "svg"), Draws(0, 1))
    store = marked(stores.opened(empty), AMBER)
    assert SAID in brief_html.page(brief.noted(told, empty))
    snapshot.write(store, request, tmp_path / "made")
    files = [path for path in (tmp_path / "made").rglob("*") if path.is_file()]
    assert len(files) > 10
    assert not [path.name for path in files if b"Quokka" in path.read_bytes()]
    brief_files.made(store, brief.noted(told, empty), "made.html")
    assert "Quokka" not in (empty / "audit" / "log.jsonl").read_text(encoding="utf-8")


def test_a_new_release_keeps_the_notes(empty: Path) -> None:
    notes.pin(empty, CORRIDOR, SAID, "")
    assert [path.name for path in (empty / "releases").rglob("notes*")] == []
    assert [path.relative_to(empty).as_posix() for path in empty.rglob("notes.json")] == ["readers/notes.json"]


@pytest.mark.parametrize("name", ["corridor", "explore"])
def test_a_page_with_the_corridor_shows_its_note(empty: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    notes.pin(empty, CORRIDOR, f"{SAID} [x](http://a.b) $1", "")
    app = opener(empty, monkeypatch)(name, corridor=CORRIDOR, region="Americas")
    (info,) = (each.value for each in app.info)
    assert f"{SAID} x ＄1" in info
    assert "Note of 20" in info


def test_an_analyst_pins_changes_and_removes_a_note_on_the_page(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = opener(empty, monkeypatch)("corridor", corridor=CORRIDOR, region="Americas")
    app.text_area[0].input("first\nline")
    app.button[0].click().run()
    assert notes.read(empty)[CORRIDOR].text == "first line"
    assert "first line" in app.info[0].value
    notes.pin(empty, CORRIDOR, "theirs", "first line")
    app.text_area[0].input("mine")
    app.button[0].click().run()
    assert notes.read(empty)[CORRIDOR].text == "theirs"
    assert "changed meanwhile" in words(app)
    assert app.text_area[0].value == "mine"
    assert "theirs" in app.info[0].value
    app.button[0].click().run()
    assert notes.read(empty)[CORRIDOR].text == "mine"
    next(button for button in app.button if button.label == "Remove the note").click().run()
    assert notes.read(empty) == {}
    assert not app.info
    assert not app.exception


def test_officials_read_notes_and_cannot_change_them(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes.pin(empty, CORRIDOR, SAID, "")
    monkeypatch.setenv(roles.VARIABLE, roles.OFFICIAL)
    app = opener(empty, monkeypatch)("corridor", corridor=CORRIDOR, region="Americas")
    assert SAID in app.info[0].value
    assert not app.text_area
    assert not [button for button in app.button if "note" in button.label.lower()]


@pytest.mark.parametrize("name", ["corridor", "explore", "briefing"])
def test_damaged_notes_are_one_sentence_and_the_page_stays(
    empty: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (empty / kept.FOLDER).mkdir()
    (empty / kept.FOLDER / "notes.json").write_text("{")
    app = opener(empty, monkeypatch)(name, corridor=CORRIDOR, region="Americas")
    assert not app.exception
    assert not app.error
    assert words(app).count("notes of this store cannot be read") == 1
    assert "What we cannot see" in words(app) if name == "briefing" else len(app.dataframe) > 1
