"""A brief as slides: a title, one slide per finding with its map, what nobody can see; sources in the notes."""

import io
import zipfile
from typing import Any, NamedTuple

import pandas as pd

from dashboard import brief_words, notes, palette, print_map, words
from dashboard.brief import Brief
from dashboard.findings import Finding

WIDE_IN, HIGH_IN, EDGE_IN = 13.333, 7.5, 0.5
MAP_IN = 8.4  # width of the map on a slide; it is two thirds as high
SCREEN_DPI = 200  # of its picture: a slide as wide as a large screen has 144
NAVY, GREY, RED, BLACK = "#1F2A44", "#4A4F57", "#8A0016", "#000000"
LEAST_PT, MARKING_PT = 12, 14
ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def pptx(brief: Brief) -> bytes:
    """Return the brief as a PowerPoint file, the same bytes for the same brief."""
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDE_IN), Inches(HIGH_IN)
    _title(_slide(deck, brief), brief)
    for finding in brief.findings:
        _finding(_slide(deck, brief), brief, finding)
    if brief.notes:
        _notes(_slide(deck, brief), brief)
    _last(_slide(deck, brief), brief)
    told = deck.core_properties
    told.title, told.subject = f"{brief.title}: {brief.headline}", brief.as_of
    told.author = told.last_modified_by = "Contraflow"
    told.created = told.modified = brief.last_on.to_pydatetime().replace(tzinfo=None)
    out = io.BytesIO()
    deck.save(out)
    return _dateless(out.getvalue())


def _dateless(made: bytes) -> bytes:
    """Return a zip file with the same entries and one fixed date."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            plain = zipfile.ZipInfo(entry.filename, ZIP_DATE)
            plain.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(plain, old.read(entry))
    return out.getvalue()


def _slide(deck: Any, brief: Brief) -> Any:
    """Return a new slide with its marking, whether it is real, and its notes."""
    slide = deck.slides.add_slide(deck.slide_layouts[5])  # title only
    for top in (0.12, HIGH_IN - 0.5):
        _text(
            slide, (WIDE_IN - 4.5, top, 4.0, 0.4), [brief.marking], Look(MARKING_PT, BLACK, is_bold=True, is_right=True)
        )
    if brief.is_synthetic:
        _text(
            slide, (EDGE_IN, 0.12, 8.0, 0.4), ["SYNTHETIC DATA: no flow is real"], Look(MARKING_PT, RED, is_bold=True)
        )
    _text(slide, (EDGE_IN, HIGH_IN - 0.5, 8.0, 0.4), [f"{brief.title}. {brief.as_of}"], Look(LEAST_PT, GREY))
    lines = [f"Covers {brief.choice}.", *brief_words.CAVEATS, words.BOUNDARIES, "Sources:"]
    slide.notes_slide.notes_text_frame.text = "\n".join([*lines, *brief_words.credits(brief.sources)])
    return slide


def _heading(slide: Any, said: str, size_pt: int) -> None:
    from pptx.util import Inches, Pt

    title = slide.shapes.title
    title.left, title.top, title.width, title.height = (Inches(n) for n in (EDGE_IN, 0.55, WIDE_IN - 2 * EDGE_IN, 0.9))
    title.text_frame.word_wrap = True
    title.text_frame.text = said
    run = title.text_frame.paragraphs[0].runs[0] if said else title.text_frame.paragraphs[0].add_run()
    title.text_frame.paragraphs[0].alignment = 1
    run.font.size, run.font.bold, run.font.color.rgb = Pt(size_pt), True, _ink(NAVY)


class Look(NamedTuple):
    """How a text on a slide looks."""

    size_pt: int
    colour: str = NAVY
    is_bold: bool = False
    is_right: bool = False


def _text(slide: Any, box_in: tuple[float, float, float, float], lines: list[str], look: Look) -> None:
    """Write paragraphs into a box of a slide: left, top, width, height."""
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Inches, Pt

    frame = slide.shapes.add_textbox(*(Inches(n) for n in box_in)).text_frame
    frame.word_wrap = True
    for at, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.RIGHT if look.is_right else PP_ALIGN.LEFT
        paragraph.space_after = Pt(look.size_pt * 0.4)
        run = paragraph.add_run()
        run.text = line
        run.font.size, run.font.bold, run.font.color.rgb = Pt(look.size_pt), look.is_bold, _ink(look.colour)


def _ink(colour: str) -> Any:
    """Return a #RRGGBB colour as pptx takes it."""
    from pptx.dml.color import RGBColor

    return RGBColor(*palette.rgba(colour)[:3])  # type: ignore[no-untyped-call]


def _picture(slide: Any, brief: Brief, corridors: pd.DataFrame, place_in: tuple[float, float, float]) -> None:
    from pptx.util import Inches

    emphasis = print_map.Emphasis(brief.first, corridors, brief.second)
    drawn = print_map.picture(brief.view, "png", brief.marking, emphasis, SCREEN_DPI)
    left, top, wide = (Inches(n) for n in place_in)
    shape = slide.shapes.add_picture(io.BytesIO(drawn), left, top, width=wide)
    shape._element.nvPicPr.cNvPr.set("descr", f"Map: {brief.headline}")


def _title(slide: Any, brief: Brief) -> None:
    _heading(slide, brief.title, 36)
    _text(slide, (EDGE_IN, 1.5, 4.0, 2.4), [brief.headline], Look(22, is_bold=True))
    figures = [f"{figure.value}  {figure.label}" for figure in brief.figures]
    _text(slide, (EDGE_IN, 3.9, 4.0, 2.8), figures, Look(14, GREY))
    _picture(slide, brief, brief.corridors, (WIDE_IN - EDGE_IN - MAP_IN, 1.4, MAP_IN))


def _finding(slide: Any, brief: Brief, finding: Finding) -> None:
    _heading(slide, f"{finding.number}. {finding.title}" if finding.number else finding.title, 28)
    rows = brief.corridors.assign(number=range(1, len(brief.corridors) + 1))
    mine = rows[rows["number"] == finding.number] if finding.number else rows
    _picture(slide, brief, mine, (WIDE_IN - EDGE_IN - MAP_IN, 1.4, MAP_IN))
    _text(slide, (EDGE_IN, 1.5, 4.0, 4.4), [finding.sentence], Look(16))
    _text(slide, (EDGE_IN, 6.1, 4.0, 0.9), [brief_words.SPACE_TIME_SHORT], Look(LEAST_PT, GREY))


def _notes(slide: Any, brief: Brief) -> None:
    _heading(slide, notes.HEADING, 28)
    _text(slide, (EDGE_IN, 1.4, WIDE_IN - 2 * EDGE_IN, 0.5), [notes.WHOSE], Look(LEAST_PT, GREY))
    _text(slide, (EDGE_IN, 1.9, WIDE_IN - 2 * EDGE_IN, 4.9), list(brief.notes), Look(14))


def _last(slide: Any, brief: Brief) -> None:
    _heading(slide, "What changed, and what we cannot see", 28)
    both = {"What changed since the last release": brief.changes, "What we cannot see": brief.unseen}
    for left, (heading, lines) in zip((EDGE_IN, EDGE_IN + 6.3), both.items(), strict=True):
        _text(slide, (left, 1.4, 5.9, 0.5), [heading], Look(16, is_bold=True))
        _text(slide, (left, 1.9, 5.9, 4.9), list(lines), Look(14))
