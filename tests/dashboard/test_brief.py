"""Briefs: page, paper, slides and HTML say the same, mark themselves, ask for nothing and leave nothing half done."""

import io
import os
import re
import socket
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pypdf import PdfReader

from dashboard import (
    assemble,
    brief,
    brief_changes,
    brief_files,
    brief_html,
    brief_pdf,
    brief_slides,
    brief_words,
    stores,
)
from dashboard.brief import Brief, Gathered
from dashboard.cli import main
from dashboard.filters import Filters
from dashboard.stores import Store
from data import release
from data.errors import FilterError, QueryError, SnapshotError

CHOSEN = Filters(region=("Americas",))
PAYLOADS = ("</script><script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "![x](http://evil.example/a.png)")


@pytest.fixture(scope="module")
def found(store: Store) -> Gathered:
    return brief.gathered(store, CHOSEN)


@pytest.fixture(scope="module")
def told(found: Gathered) -> Brief:
    return brief.brief(found)


@pytest.fixture(scope="module")
def paper(told: Brief) -> bytes:
    return brief_pdf.pdf(told)


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_findings_are_rows_of_the_judged_table(store: Store, told: Brief) -> None:
    seen, rows = assemble.judged(store, CHOSEN, brief.DRAWS)
    view, judged = (table.set_index(["corridor_id", "layer"]) for table in (seen.corridors, rows))
    assert len(told.corridors) > 0
    for row in told.corridors.to_dict("records"):
        key = (row["corridor_id"], row["layer"])
        assert judged.at[key, "evidence_class"] == "A"
        assert judged.at[key, "q_full_margin"] == pytest.approx(row["q_full_margin"])
        for name in ("relation", "firearms_with", "firearms_against", "other_with", "other_against"):
            assert view.at[key, name] == row[name]


def test_the_map_draws_the_corridors_of_the_findings(told: Brief) -> None:
    shown = told.view.corridors[told.view.corridors["is_shown"]]
    assert set(told.corridors["corridor_id"]) == set(shown["corridor_id"])
    assert {finding.row["corridor_id"] for finding in told.findings if finding.number} == set(shown["corridor_id"])


def test_there_are_at_most_five_figures_and_three_to_five_findings(told: Brief) -> None:
    assert 0 < len(told.figures) <= 5
    assert 3 <= len(told.findings) <= 5


def test_nothing_significant_is_said_plainly_with_what_is_known(found: Gathered) -> None:
    plain = brief.brief(replace(found, corridors=found.corridors.assign(evidence_class="B")))
    assert plain.headline == "No corridor stands out from what hubs and distance give"
    largest = found.flows[found.flows["layer"] == "firearms"].iloc[0]
    said = [one.sentence for one in plain.findings if one.sentence.startswith("The largest flow of firearms")]
    assert len(said) == 1
    assert f"{largest['record_count']:,} records" in said[0]
    assert "No corridor of this choice stands out" in brief_html.page(plain)


def test_firearms_alone_are_said_to_be_compared_with_nothing(store: Store, told: Brief) -> None:
    alone = brief.brief(brief.gathered(store, replace(CHOSEN, layers=("firearms",))))
    assert alone.headline == "Firearms alone: no other layer has a flow here to compare with"
    assert alone.nothing == "No other layer has a flow in this choice, so no corridor could be compared."
    assert not any("corridor" in figure.label for figure in alone.figures)  # none was looked for: no 0 of them
    own = assemble.flows(store, replace(CHOSEN, layers=("firearms",)))
    assert alone.figures[1] == brief.Figure(f"{len(own):,}", "flows from one place to another")
    assert told.nothing == ""


def test_a_part_of_a_layer_does_not_take_the_silence_of_the_whole(store: Store) -> None:
    told = brief.brief(brief.gathered(store, CHOSEN, ("drugs:cocaine", "firearms")))
    silent = told.figures[-1]
    assert silent.label == "countries and territories have no record of drugs"
    assert f"{silent.value} countries and territories have no record of drugs in this period." in told.unseen
    assert told.title == "Americas: cocaine and firearms"


@pytest.mark.parametrize(
    ("is_coarse", "said"),
    [
        ([True, True], "Every record names an end by its country alone."),
        ([True, False], "25 % of the records name an end by its country alone."),
        ([False, False], ""),
    ],
)
def test_coarse_records_are_told_by_their_share(is_coarse: list[bool], said: str) -> None:
    flows = pd.DataFrame({"record_count": [10, 30], "is_coarse": is_coarse})
    assert brief_words._coarse(flows) == said


def test_layers_that_were_not_tested_as_a_whole_are_named(found: Gathered) -> None:
    by_tested = [
        brief.brief(replace(found, is_tested=dict.fromkeys(found.is_tested, is_tested))) for is_tested in (False, True)
    ]
    said = [[line for line in made.unseen if "were not tested against hubs and distance" in line] for made in by_tested]
    assert [len(lines) for lines in said] == [1, 0]
    assert "drugs" in said[0][0] and "at most 150 places" in said[0][0]


def test_paper_is_two_tagged_pages_marked_at_head_and_foot(told: Brief, paper: bytes) -> None:
    reader = PdfReader(io.BytesIO(paper))
    assert len(reader.pages) <= 2
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    for page in reader.pages:
        said = page.extract_text()
        assert said.count("TLP:CLEAR") >= 2
        assert "SYNTHETIC" in said
        resources: Any = page["/Resources"]
        fonts = [font.get_object() for font in resources["/Font"].values()]
        inner = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts]
        assert all("/FontFile2" in one or "/FontFile3" in one for one in inner)


def tags(node: Any) -> list[str]:
    """Return the kinds of all parts of a tagged PDF, in reading order."""
    kids = node.get("/K", [])
    below = [kid.get_object() for kid in (kids if isinstance(kids, list) else [kids])]
    own = [str(node["/S"])] if "/S" in node else []
    return own + [name for kid in below if hasattr(kid, "get") for name in tags(kid)]


def test_the_headings_of_the_paper_are_tagged_and_its_map_is_described(paper: bytes) -> None:
    root: Any = PdfReader(io.BytesIO(paper)).trailer["/Root"]
    found = tags(root["/StructTreeRoot"])
    assert found.count("/H1") == 1
    assert found.count("/H2") == 6  # findings, changes, unseen, numbers, how to read, sources
    assert found.count("/Figure") == 1
    assert root["/Lang"] == "en"


def test_the_map_on_paper_has_300_dots_an_inch_or_more(paper: bytes) -> None:
    page = PdfReader(io.BytesIO(paper)).pages[0]
    image = max((one.image for one in page.images if one.image), key=lambda image: image.width)
    widest_in = (210 - 2 * 15) / 25.4  # A4 less its margins
    assert image.width / widest_in >= 300


def test_a_stricter_source_marks_every_page_slide_and_file(found: Gathered, store: Store) -> None:
    strict = "TLP:AMBER+STRICT"
    told = brief.brief(replace(found, store=marked(store, strict)))
    from pptx import Presentation

    for page in PdfReader(io.BytesIO(brief_pdf.pdf(told))).pages:
        assert page.extract_text().count(strict) >= 2
    for slide in Presentation(io.BytesIO(brief_slides.pptx(told))).slides:
        texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        assert texts.count(strict) == 2
    assert brief_html.page(told).count(f"<span>{strict}</span>") == 2


def marked(store: Store, marking: str) -> Store:
    """Return the store with a stricter marking on one of its sources."""
    made = replace(store)
    made.__dict__.update({name: value for name, value in store.__dict__.items() if name not in ("release", "con")})
    sources = store.sources.copy()
    sources.loc[sources.index[0], "marking"] = marking
    made.__dict__.update(sources=sources, marking=marking)
    return made


def test_nothing_tells_where_or_by_whom_a_brief_was_made(told: Brief, paper: bytes, sample_root: Path) -> None:
    reader = PdfReader(io.BytesIO(paper))
    texts = [str(reader.metadata), *(page.extract_text() for page in reader.pages), paper.decode("latin-1")]
    texts.append(brief_html.page(told))
    with zipfile.ZipFile(io.BytesIO(brief_slides.pptx(told))) as slides:
        texts += [slides.read(name).decode("latin-1") for name in slides.namelist() if name.endswith((".xml", ".rels"))]
    secret = (str(Path.cwd()), str(Path.home()), str(sample_root), socket.gethostname())
    for text in texts:
        assert not [word for word in secret if len(word) > 3 and word in text]
        assert not re.search(r"file:///|/home/|/usr/|/tmp/", text)


def test_the_text_of_the_paper_can_be_selected(told: Brief, paper: bytes) -> None:
    said = flat("".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages))
    for finding in told.findings:
        assert flat(finding.sentence)[:60] in said
    for part in (told.headline, told.as_of, "What we cannot see", "Sources", "CC0-1.0", "imply no opinion"):
        assert part in said


def test_the_same_brief_gives_the_same_bytes(told: Brief, paper: bytes) -> None:
    assert brief_pdf.pdf(told) == paper
    assert brief_slides.pptx(told) == brief_slides.pptx(told)
    assert brief_html.page(told) == brief_html.page(told)


def test_slides_hold_a_picture_a_marking_and_sources_in_the_notes(told: Brief) -> None:
    from pptx import Presentation

    slides = list(Presentation(io.BytesIO(brief_slides.pptx(told))).slides)
    assert len(slides) == 1 + len(told.findings) + 1
    for slide, finding in zip(slides[1:-1], told.findings, strict=True):
        texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        assert texts.count("TLP:CLEAR") == 2
        assert finding.sentence in texts
        assert sum(shape.shape_type == 13 for shape in slide.shapes) == 1  # a picture
        assert "Licence: CC0-1.0" in slide.notes_slide.notes_text_frame.text


def poisoned(told: Brief) -> Brief:
    """Return the brief with a hostile place name wherever a name of the data stands."""
    bad = "".join(PAYLOADS)
    rows = told.corridors.assign(origin=bad)
    flows = told.view.flows.assign(origin=bad)
    sentences = tuple(one._replace(sentence=bad, title=bad, short=bad) for one in told.findings)
    view = replace(told.view, flows=flows)
    return replace(told, title=bad, headline=bad, findings=sentences, corridors=rows, unseen=(bad,), view=view)


def test_hostile_names_are_shown_and_never_run(told: Brief) -> None:
    made = brief_html.page(poisoned(told))
    assert "<script" not in made
    assert "<img src=x" not in made
    assert made.count("<img ") == 1
    assert "&lt;script&gt;alert(1)" in made
    assert "default-src &#x27;none&#x27;; style-src &#x27;unsafe-inline&#x27;; img-src data:" in made
    assert not re.search(r'(?:src|href)="(?!data:)', made)
    assert "http" not in re.sub(r"data:image/svg\+xml;base64,[A-Za-z0-9+/=]+", "", made).replace(
        "http-equiv", ""
    ).replace("![x](http://evil.example/a.png)", "")


def test_a_hostile_title_cannot_leave_the_style_of_the_paper(told: Brief) -> None:
    made = brief_html.paper(replace(told, title='x"; } body { display: none } </style><b>'), "data:,", "", 9)
    style = made.partition("<style>")[2].partition("</style>")[0]
    assert "body { display: none" not in style
    assert "x\\000022 \\00003b " in style
    assert "</style><b>" not in made


def test_a_country_brief_holds_only_what_ends_there(found: Gathered, store: Store) -> None:
    mine = brief.brief(found, "MEX")
    country = store.places["country_id"]
    ends = mine.view.flows[["origin_id", "destination_id"]].apply(lambda ids: ids.map(country))
    assert (ends == "MEX").any(axis=1).all()
    assert mine.title == "Mexico"


@pytest.mark.parametrize("country", ["XXX", "tur", "<b>", "FRA"])
def test_a_country_that_is_unknown_or_without_a_flow_is_one_sentence(found: Gathered, country: str) -> None:
    with pytest.raises(FilterError, match=country):
        brief.brief(found, country)


def test_changes_list_new_ended_and_changed_corridors(found: Gathered, store: Store) -> None:
    now = found.flows
    old = now[now["corridor_id"] != now["corridor_id"].iloc[0]].copy()
    old.loc[old.index[0], "record_count"] += 5
    extra = now.iloc[[0]].assign(corridor_id="A~Z", origin="Oldtown", destination="Gone", record_count=77)
    before = brief_changes.Before("rold", pd.concat([old, extra]), "")
    said = brief_changes.changes(before, now, store.places["country_id"], None)
    assert said[0].startswith("New: ")
    assert said[1].startswith("No longer there: Oldtown – Gone (")
    assert "77 records" in said[1]
    assert said[2].startswith("Records changed on 1 corridor known before: ")
    assert said[3] == "Compared with release rold."


def test_nothing_changed_is_said_and_so_is_no_earlier_release(found: Gathered, store: Store) -> None:
    country = store.places["country_id"]
    same = brief_changes.Before("rold", found.flows, "")
    assert brief_changes.changes(same, found.flows, country, None)[0].startswith("Nothing: the release before (rold)")
    assert found.before.flows is None
    assert brief_changes.changes(found.before, found.flows, country, None) == [f"{brief_changes.NONE_EARLIER}."]


def test_the_release_before_is_the_newest_that_is_older(tmp_path: Path) -> None:
    for name, made in {"r1": "2026-01-01", "r2": "2026-03-01", "r3": "2026-02-01", "r4": "2026-04-01"}.items():
        folder = tmp_path / "releases" / name
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text(f'{{"created_at": "{made}T00:00:00+00:00", "files": {{}}}}')
    assert brief_changes.previous(tmp_path, release.pinned(tmp_path, "r2")) == "r3"
    assert brief_changes.previous(tmp_path, release.pinned(tmp_path, "r1")) is None


def test_an_earlier_release_that_cannot_be_read_is_said(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brief_changes, "previous", lambda *_: "rgone")
    old = brief_changes.before(store, lambda other: other.places)
    assert old.flows is None
    assert old.reason.startswith("The release before (rgone) cannot be compared: ")
    assert "rgone is missing" in old.reason


def test_a_release_of_another_version_is_told_in_plain_words(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    other = replace(store.release, manifest=store.release.manifest | {"format": 0})
    monkeypatch.setattr(brief_changes, "previous", lambda *_: other.id)
    monkeypatch.setattr(stores, "opened", lambda *_: release.whole(other))
    old = brief_changes.before(store, lambda _: pytest.fail("it is not read"))
    assert old.reason.endswith(f"cannot be compared: {other.id} was made by another version of Contraflow")


def test_a_question_that_fails_on_the_release_before_is_told_as_it_is(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brief_changes, "previous", lambda *_: store.release.id)

    def stopped(_: object) -> pd.DataFrame:
        raise QueryError("The query chosen_kinds was stopped after 60 seconds; choose a shorter period.")

    old = brief_changes.before(store, stopped)
    assert old.reason.endswith("cannot be compared: The query chosen_kinds was stopped after 60 seconds")


def test_small_new_corridors_are_counted_and_not_named(found: Gathered, store: Store) -> None:
    few = found.flows.iloc[[0]].assign(layer="human_trafficking", corridor_id="A~Z", record_count=9, origin="Hidden")
    before = brief_changes.Before("rold", found.flows, "")
    said = brief_changes.changes(before, pd.concat([found.flows, few]), store.places["country_id"], None)
    assert said[0] == "New: 1 corridor with very few records."


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (Filters(), "all dates; all regions; firearms, drugs"),
        (Filters(region=("MEX", "Europe"), kappa=1.0), "all dates; Mexico, Europe; firearms, drugs"),
        (Filters(mode=("sea",), min_count=3), "only by sea; flows of 3 records or more"),
    ],
)
def test_the_choice_is_told(filters: Filters, said: str) -> None:
    assert said in brief_words.choice(filters, ["firearms", "drugs"], brief_words.country_names())


Run = Callable[..., int]


@pytest.fixture
def run(store: Store, sample_root: Path) -> Run:
    """Return a function that runs the command on the small sample."""

    def ran(*words: str) -> int:
        return main(["brief", "--store", str(sample_root), *words])

    return ran


def test_the_command_writes_a_brief_and_logs_it(run: Run, tmp_path: Path, sample_root: Path) -> None:
    out = tmp_path / "mexico.html"
    assert run("--out", str(out), "--region", "Americas", "--country", "MEX") == 0
    assert "<h1>Mexico</h1>" in out.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["mexico.html"]
    last = (sample_root / "audit" / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert '"what": "brief"' in last
    assert '"target": "mexico.html"' in last


def test_a_batch_writes_one_file_per_country(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "briefs"
    words = ("--region", "Americas", "--countries", "MEX,USA,MEX", "--out", str(out), "--format", "html")
    assert run(*words) == 0
    assert sorted(path.name for path in out.iterdir()) == ["MEX.html", "USA.html"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--country", "XXX", "--region", "Americas", "--out", "a.html"), 2, "'XXX' is not known"),
        (("--out", "a.docx"), 2, "cannot be made as .docx"),
        (("--out", "missing/a.pdf"), 3, "no such folder"),
        (("--min-count", "1000000", "--out", "a.html"), 2, "No flow of firearms passes the filters"),
        (("--layers", "firearms", "--out", "a.html"), 2, "names 1 different layers"),
        (("--layers", "firearms,unicorns", "--out", "a.html"), 2, "'unicorns' is not in this release"),
        (("--countries", "MEX,XXX", "--region", "Americas", "--out", "all"), 2, "'XXX' is not known"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_leaves_nothing(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*words) == code
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_no_line_in_the_log_no_brief(store: Store, told: Brief, sample_root: Path, tmp_path: Path) -> None:
    root = tmp_path / "store"
    root.mkdir()
    (root / "releases").symlink_to(sample_root / "releases")
    (root / "CURRENT").write_bytes((sample_root / "CURRENT").read_bytes())
    (root / "audit").write_text("a file in its place")
    with pytest.raises(SnapshotError, match="nothing is exported"):
        brief_files.write(stores.opened(root), told, tmp_path / "a.html")
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_a_disk_that_refuses_leaves_the_old_brief(
    store: Store, told: Brief, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "a.html"
    out.write_text("old")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dashboard.brief_files.os.fsync", refuse)
    monkeypatch.setattr("dashboard.audit.append", lambda *_: None)
    with pytest.raises(Exception, match="No space left"):
        brief_files.write(store, told, out)
    assert out.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]


@pytest.mark.parametrize("count", [0, 1])
def test_a_batch_that_a_full_disk_stops_leaves_whole_briefs_only(
    found: Gathered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    plain, calls = os.fsync, iter(range(9))
    said: list[str] = []

    def full(handle: int) -> None:
        if next(calls) >= 2 * count:  # each brief makes its file and its folder durable
            raise OSError(28, "No space left on device")
        plain(handle)

    monkeypatch.setattr("dashboard.audit.append", lambda *_: None)
    monkeypatch.setattr("dashboard.brief_files.os.fsync", full)
    with pytest.raises(SnapshotError, match="No space left"):
        brief_files.batch(found, ["MEX", "USA"], tmp_path / "all", ".html", said.append)
    assert said == ["brief of Mexico, 1 of 2", "brief of United States, 2 of 2"][: count + 1]
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["MEX.html", "all"][: 2 * count]


def test_without_pango_one_sentence_says_what_needs_none(monkeypatch: pytest.MonkeyPatch, told: Brief) -> None:
    import builtins

    plain = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> object:
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return plain(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Exception, match=r"Pango.*libpango-1\.0-0.*\.html or \.pptx"):
        brief_pdf.pdf(told)


def test_a_brief_takes_the_strictest_marking_of_its_own_layers(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    of_drugs = store.sources["source_id"].isin(store.sources_of(("drugs",))["source_id"])
    of_incidents = store.sources["source_id"].isin(store.sources_of(("terrorism",))["source_id"])
    marked = store.sources["marking"].mask(of_drugs, "TLP:AMBER").mask(of_incidents, "TLP:RED")
    monkeypatch.setitem(store.__dict__, "sources", store.sources.assign(marking=marked))
    about = brief.brief(brief.gathered(store, Filters(layers=("firearms", "drugs"))))
    assert about.marking == about.view.marking == "TLP:AMBER"
    assert b"TLP:AMBER" in brief_files.made(store, about, "a.html")
    everything = brief.brief(brief.gathered(store, Filters()))
    with pytest.raises(SnapshotError, match="TLP:RED"):
        brief_files.made(store, everything, "a.html")


def test_what_is_marked_red_does_not_leave(store: Store, told: Brief, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(store.__dict__, "sources", store.sources.assign(marking="TLP:RED"))
    with pytest.raises(Exception, match="TLP:RED"):
        brief_files.made(store, told, "a.html")
