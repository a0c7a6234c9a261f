"""A brief as one HTML file that asks for nothing: for a browser, and for paper. Pure."""

import base64
from collections.abc import Iterable
from html import escape

import pandas as pd

from dashboard import brief_words, findings, notes, print_map, words
from dashboard import dossier_words as said
from dashboard.brief import Brief
from dashboard.marks import records

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
TABLE_HEAD = ("", "Corridor", "Layer", "Relation", "there", "back", "there", "back", "Probability", "q", "Class")
STYLE = """
* { box-sizing: border-box }
body { font: 15px/1.45 "Brief Sans", "DejaVu Sans", Verdana, sans-serif; color: #23262B; margin: 0 auto; padding: 20px;
  max-width: 980px; overflow-wrap: break-word }
h1 { font-size: 1.9em; line-height: 1.2; margin: .1em 0 .2em }
h2 { font-size: 1.15em; margin: 1.1em 0 .3em; color: #1F2A44 }
p { margin: .3em 0 }
.marking { display: flex; justify-content: flex-end; font-weight: bold; font-size: 16px }
.marking span { background: #000; color: #fff; padding: 1px 8px }
.synthetic { background: #FDECEA; color: #8A0016; border: 1px solid #8A0016; padding: 4px 10px; font-weight: bold }
.headline { font-size: 1.3em; font-weight: bold; color: #1F2A44; margin: .2em 0 .5em }
.of { color: #4A4F57 }
ul.figures { display: flex; flex-wrap: wrap; gap: 10px; list-style: none; margin: .6em 0; padding: 0 }
ul.figures li { flex: 1 1 120px; border-top: 3px solid #1F2A44; padding: 4px 2px }
ul.figures strong { display: block; font-size: 1.5em; line-height: 1.2 }
ul.figures span { font-size: .85em; color: #4A4F57 }
img { width: 100%; height: auto; display: block }
ol, ul { margin: .2em 0; padding-left: 1.6em }
li { margin: .25em 0 }
.scroll { overflow-x: auto }
table { border-collapse: collapse; font-size: .85em; width: 100% }
th, td { text-align: left; padding: 3px 6px; border-bottom: 1px solid #D5D2CA; vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.small { font-size: .85em; color: #4A4F57 }
"""
PRINT = """
@page { size: A4; margin: 17mm 15mm 15mm;
  @top-right { content: MARKING; font: bold 12pt "Brief Sans"; color: #000; text-align: right }
  @top-left { content: SYNTHETIC; font: bold 10pt "Brief Sans"; color: #8A0016 }
  @bottom-right { content: MARKING; font: bold 12pt "Brief Sans"; color: #000; text-align: right }
  @bottom-left { content: "Page " counter(page) " of " counter(pages) " \\00b7  " ASOF; font: 8pt "Brief Sans";
    width: 80% } }
body { font-size: SIZEpt; line-height: 1.32; padding: 0; max-width: none }
.marking { display: none }
h2 { break-after: avoid }
li, tr { break-inside: avoid }
"""
MEDIA = {"svg": "image/svg+xml", "png": "image/png"}


def page(brief: Brief) -> str:
    """Return the brief as a page for a browser: map and table inside, no request to anything."""
    style = STYLE + ".marking.last { margin-top: 1em }\n"
    head = f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
    return _document(brief, head, style, _body(brief, map_source(brief)))


def paper(brief: Brief, image: str, faces: str, size_pt: float) -> str:
    """Return the brief as a document for A4 paper.

    Args:
        brief: What it says.
        image: As map_source gives it.
        faces: CSS that names the fonts.
        size_pt: Size of the text.
    """
    told = {
        "MARKING": brief.marking,
        "SYNTHETIC": "SYNTHETIC DATA" if brief.is_synthetic else "",
        "ASOF": f"{brief.title} · {brief.as_of}",
    }
    style = PRINT.replace("SIZE", f"{size_pt:g}")
    for name, text in told.items():
        style = style.replace(f" {name}", f" {_css(text)}")
    return _document(brief, "", faces + STYLE + style, _body(brief, image))


def _css(text: str) -> str:
    """Return a text as a string of CSS that ends neither the string nor the style."""
    kept = "".join(sign if sign.isalnum() or sign in " .,:+-·–()" else f"\\{ord(sign):06x} " for sign in text)
    return f'"{kept}"'


def map_source(brief: Brief, form: str = "svg") -> str:
    """Return the map as the address of an image that holds it: ``svg``, or ``png`` at 300 dpi."""
    emphasis = print_map.Emphasis(brief.first, brief.corridors, brief.second)
    drawn = print_map.picture(brief.view, form, brief.marking, emphasis)
    return f"data:{MEDIA[form]};base64,{base64.b64encode(drawn).decode()}"


def alternative(brief: Brief) -> str:
    """Return what the map shows, for those who cannot see it."""
    told = [f"{row['number']}: {findings.ends(row)}, {row['relation']}" for row in _numbered(brief)]
    return f"Map. {'; '.join(told)}." if told else "Map of the largest flows."


def _numbered(brief: Brief) -> list[dict[str, object]]:
    return [{**row, "number": at} for at, row in enumerate(records(brief.corridors), 1)]


def _document(brief: Brief, head: str, style: str, body: str) -> str:
    title = f"{brief.title}: {brief.headline}"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"{head}<title>{escape(title)}</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="author" content="Contraflow"><meta name="description" content="{escape(brief.as_of)}">'
        f"<style>{style}</style></head><body>{body}</body></html>\n"
    )


def _body(brief: Brief, image: str) -> str:
    marking = f'<div class="marking"><span>{escape(brief.marking)}</span></div>'
    parts = [
        marking,
        f'<p class="synthetic">{escape(words.SYNTHETIC)}</p>' if brief.is_synthetic else "",
        f"<h1>{escape(brief.title)}</h1>",
        f'<p class="headline">{escape(brief.headline)}</p>',
        f'<p class="of">{escape(brief.as_of)}. Covers {escape(brief.choice)}.</p>',
        _figures(brief),
        f'<img src="{image}" alt="{escape(alternative(brief))}">',
        f"<h2>Findings</h2>{_findings(brief)}",
        f"<h2>What changed since the last release</h2>{_list(brief.changes)}",
        f"<h2>What we cannot see</h2>{_list(brief.unseen)}",
        _notes(brief),
        _table(brief),
        f"<h2>How to read this</h2>{_list((*brief_words.CAVEATS, words.BOUNDARIES))}",
        f"<h2>Sources</h2>{_list(brief_words.credits(brief.sources), 'small')}",
        marking.replace('"marking"', '"marking last"'),
    ]
    return "\n".join(part for part in parts if part)


def _notes(brief: Brief) -> str:
    if not brief.notes:
        return ""
    return f'<h2>{notes.HEADING}</h2><p class="small">{escape(notes.WHOSE)}</p>{_list(brief.notes)}'


def _figures(brief: Brief) -> str:
    rows = "".join(
        f"<li><strong>{escape(figure.value)}</strong><span>{escape(figure.label)}</span></li>"
        for figure in brief.figures
    )
    return f'<ul class="figures">{rows}</ul>'


def _findings(brief: Brief) -> str:
    nothing = f"<p>{escape(brief.nothing)} What can be said:</p>" if brief.nothing else ""
    numbered = [escape(finding.sentence) for finding in brief.findings]
    return f"{nothing}<ol>{''.join(f'<li>{line}</li>' for line in numbered)}</ol>"


def _list(lines: Iterable[str], look: str = "") -> str:
    kind = f' class="{look}"' if look else ""
    return f"<ul{kind}>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def table_rows(brief: Brief) -> list[tuple[str, ...]]:
    """Return the rows the findings were made from, as text, in the order of TABLE_HEAD."""
    return [
        (
            str(row["number"]),
            findings.ends(row),
            findings.part_title(str(row["layer"])),
            str(row["relation"]),
            findings.count(float(str(row["firearms_with"])), brief.first),
            findings.count(float(str(row["firearms_against"])), brief.first),
            findings.count(float(str(row["other_with"])), str(row["layer"])),
            findings.count(float(str(row["other_against"])), str(row["layer"])),
            said.small(max(pd.Series([row["p_common"], row["p_inverse"]]))),
            said.small(float(str(row["q_full_margin"]))),
            str(row["evidence_class"]),
        )
        for row in _numbered(brief)
    ]


def _table(brief: Brief) -> str:
    rows = table_rows(brief)
    if not rows:
        return ""
    head = (
        '<tr><th colspan="4"></th>'
        f'<th colspan="2" class="n">{escape(findings.part_title(brief.first))}</th>'
        '<th colspan="2" class="n">Other layer</th><th colspan="3"></th></tr>'
    )
    names = "".join(_cell("th", name, at) for at, name in enumerate(TABLE_HEAD))
    body = "".join(f"<tr>{''.join(_cell('td', text, at) for at, text in enumerate(row))}</tr>" for row in rows)
    note = (
        "Records of the two places themselves, there and back. q: share of false findings expected among those at "
        "least as clear; class A: sure, and more than hubs and distance give."
    )
    return (
        f'<h2>The numbers behind the findings</h2><div class="scroll"><table><thead>{head}<tr>{names}</tr></thead>'
        f'<tbody>{body}</tbody></table></div><p class="small">{note}</p>'
    )


def _cell(kind: str, text: str, at: int) -> str:
    look = ' class="n"' if 4 <= at <= 9 else ""
    return f"<{kind}{look}>{escape(text)}</{kind}>"
