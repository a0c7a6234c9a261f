"""A first map of a file nobody has described: which column holds what, by its heading and by its values.

A guess to be edited, never used unseen: what it cannot know is marked with FILL_IN.
"""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from data import gate, geojson, intake, mapping, raw
from data.errors import SourceError
from data.mapping_dates import FORMATS, span
from data.places import Gazetteer, fold, gazetteer

FILL_IN, OWN_LAYER = mapping.FILL_IN, "own_layer"
SAMPLE_ROWS = 500
SHARE, SHARE_NAMED = 0.8, 0.5  # of values that must be what a column is taken for, without and with a heading that
# says so; chosen by eye, 2026-11
TITLE = "# A guess from headings and values: check every line, and fill in what says FILL IN (data/README.md)."
Column = tuple[str, pd.Series]
LON, LAT = r"lon|lng|long|longitude|longitud|langengrad", r"lat|latitude|latitud|breitengrad"
FROM = r"origin|from|departure|source|export\w*|origine|origen|origem|provenance|procedencia|herkunft\w*|ursprung\w*"
TO = r"destination|dest|to|import\w*|bound|destin[oy]|ziel\w*|bestimmung\w*"
# Field, and words of a folded heading in English, Spanish, French, Portuguese and German; the first that fits decides.
HEADINGS: tuple[tuple[str, str], ...] = (
    ("origin_lon", rf"(?:{FROM}) (?:{LON})"),
    ("origin_lat", rf"(?:{FROM}) (?:{LAT})"),
    ("destination_lon", rf"(?:(?:{TO}) (?:{LON})|geometry to lon)"),
    ("destination_lat", rf"(?:(?:{TO}) (?:{LAT})|geometry to lat)"),
    ("seen_lon", rf"(?:.* )?(?:{LON})"),
    ("seen_lat", rf"(?:.* )?(?:{LAT})"),
    ("date_end", r"(?:date )?(?:end|until|last)(?: date)?|fecha final|date de fin|enddatum"),
    ("date", r"(?:.* )?(?:date|day|year|when|on|fecha|ano|annee|jour|datum|jahr|tag)(?: .*)?|fy|data d[aeo] .*"),
    ("id", r"(?:.* )?(?:id|no|number|reference|ref|nr|num|numero|nummer|expediente|dossier|aktenzeichen)"),
    ("origin", rf"(?:.* )?(?:{FROM})(?: country)?"),
    ("destination", rf"(?:.* )?(?:{TO})(?: country)?"),
    ("transit", r"(?:.* )?(?:transit\w*|via)(?: country)?"),
    (
        "seen_place",
        r"(?:.* )?(?:city|town|port|place|location|ciudad|cidade|lugar|local|puerto|porto|ville|lieu|stadt|ort)",
    ),
    (
        "seen_division",
        r"(?:.* )?(?:state|province|region|division|provincia|departamento|estado|departement|bundesland)",
    ),
    ("seen", r"(?:.* )?(?:country|where|nation|iso3?|seized in|pais|pays|land|staat)(?: .*)?"),
    ("unit", r"(?:.* )?(?:(?:unit|measure)s?|unidade?|unite|einheit)(?: de .*)?"),
    ("quantity", r"(?:.* )?(?:quantity|amount|weight|qty|kg|cantidad|quantidade|peso|quantite|poids|menge|gewicht)"),
    ("items", r"(?:.* )?(?:items|pieces|objects|specimens|piezas|pecas|stuck|anzahl)(?: .*)?"),
    ("cases", r"(?:.* )?(?:cases|records|count|events|casos|cas|falle)"),
    ("mode", r"(?:.* )?(?:transporte?|mode|vehicle|conveyance|verkehr\w*|transportmittel)(?: .*)?"),
    ("killed", r"(?:.* )?(?:killed|deaths|dead|fatalities|muertos|mortos|morts|tote)"),
    (
        "commodity",
        r"(?:.* )?(?:commodity|species|product|drug|item|goods|type|what|tipo|arma|droga|producto|especie|mercancia"
        r"|arme|drogue|produit|espece|ware|waffe|gegenstand|art)(?: .*)?",
    ),
)
PLACES = ("origin", "destination", "transit", "seen")


def card(path: Path, name: str | None = None) -> dict[str, Any]:
    """Return the map guessed for a file, as mapping.load would return it.

    Args:
        path: The file.
        name: What the user calls it, where it is kept under another name.

    Raises:
        SourceError: the file cannot be read, or has no header.
    """
    frame, dialect = _read(path)
    columns, title = _columns(frame, gazetteer()), gate.label(name or path.name)
    stem = re.sub(r"[^a-z0-9]+", "-", title.rpartition(".")[0].lower()).strip("-")[:30]
    found: dict[str, Any] = {
        "id": f"own-{stem or 'file'}",
        "title": title,
        **dict.fromkeys(("publisher", "licence", "attribution"), FILL_IN),
        "redistributable": False,
        "marking": "TLP:AMBER",
        "reliability": "F",
        "credibility": "6",
        "layer": OWN_LAYER,
        "record_kind": mapping.INCIDENT if "killed" in columns and "origin" not in columns else "seizure",
        "date_format": _date_format(frame, columns),
        "decimal": _decimal(frame, columns),
    }
    if gate.kind_of(path) == "csv":
        found |= {"encoding": dialect.encoding, "delimiter": dialect.mark}
    unread = mapping.unread({**found, "columns": columns})
    return {**found, "columns": {field: name for field, name in columns.items() if field not in unread}}


def first_rows(path: Path) -> pd.DataFrame:
    """Return the first records of a file as text, under the headings it has.

    Raises:
        SourceError: the file cannot be read, or has no header.
    """
    return _read(path)[0]


def _read(path: Path) -> tuple[pd.DataFrame, raw.Dialect]:
    """Return the first records of a file as text, and how it is written."""
    encoding = raw.encoding_of(path)
    heading, mark = _heading(path, encoding)
    dialect = raw.Dialect(encoding, mark)
    file = raw.read(path, [heading] if heading else [], None, dialect)
    return file.frame.head(SAMPLE_ROWS).apply(intake.text), dialect


def toml(card: dict[str, Any]) -> str:
    """Return a map as text to edit: plain keys, then tables, as mapping.load reads them."""
    plain = [f"{key} = {_value(value)}" for key, value in card.items() if not isinstance(value, dict)]
    lines = [TITLE, *plain]
    for name, table in ((key, value) for key, value in card.items() if isinstance(value, dict)):
        for title, rows in _tables(name, table):
            lines += ["", f"[{title}]", *(f"{_key(key)} = {_value(value)}" for key, value in rows.items())]
    return "\n".join(lines) + "\n"


def _tables(name: str, table: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    if name == "values":
        return [(f"values.{_key(key)}", rows) for key, rows in table.items()]
    return [(name, table)]


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)  # TOML's basic strings, numbers, lists and booleans are JSON's


def _heading(path: Path, encoding: str) -> tuple[str | None, str | None]:
    """Return the first heading of a file, by which its header is found, and the mark between cells of a CSV."""
    kind = gate.kind_of(path)
    if kind in ("parquet", "geojson"):
        return None, None
    try:
        lines = raw.first_lines(path, encoding) if kind == "csv" else []
    except UnicodeError as wrong:
        raise SourceError(f"{path.name}: the text is in no encoding we know; save the file as UTF-8.") from wrong
    mark = max(
        (raw.mark_of(line) for line in lines), key=lambda sign: sum(line.count(sign) for line in lines), default=","
    )
    rows: list[list[object]] = [list(raw.cells(line, mark)) for line in lines] or raw.sheet(path)[
        : raw.HEADER_SEARCH_ROWS
    ]
    widest = max((len(_filled(row)) for row in rows), default=0)
    for row in rows:
        names = _filled(row)
        if names and len(names) == widest and all(isinstance(name, str) and not _is_number(name) for name in names):
            return str(names[0]).strip(), mark if kind == "csv" else None
    raise SourceError(f"{path.name}: no row of headings in the first {raw.HEADER_SEARCH_ROWS} rows; add one.")


def _filled(row: Sequence[object]) -> list[object]:
    return [cell for cell in row if str(cell).strip()]


def _is_number(words: str) -> bool:
    return bool(re.fullmatch(r"[-+]?[\d.,' ]+", words.strip()))


def _columns(frame: pd.DataFrame, places: Gazetteer) -> dict[str, str]:
    """Return which column seems to hold each field; a heading decides first, then values, then what is left."""
    found: dict[str, str] = {}
    for name in frame.columns:
        field = next((field for field, words in HEADINGS if re.fullmatch(words, fold(str(name)))), None)
        if field and field not in found and (field not in PLACES or _are_countries(frame[name], places, SHARE_NAMED)):
            found[field] = str(name)
    left = [str(name) for name in frame.columns if name not in found.values()]
    tests: dict[str, Callable[[pd.Series], bool]] = {"date": _are_dates, "seen": lambda c: _are_countries(c, places)}
    for field, test in tests.items():
        fitting = [name for name in left if name not in found.values() and test(frame[name])]
        if field not in found and fitting:
            found[field] = fitting[0]
    for geometry, field in ((geojson.LON, "lon"), (geojson.LAT, "lat")):
        if geometry in frame.columns:
            found.pop(f"seen_{field}", None)
            found[f"{'origin' if geojson.TO_LON in frame.columns else 'seen'}_{field}"] = geometry
    return {field: found[field] for field in mapping.FIELDS if field in found}


def _share(values: pd.Series, test: Callable[[str], bool]) -> float:
    known = values.dropna()
    return float(known.map(test).mean()) if len(known) else 0.0


def _are_countries(values: pd.Series, places: Gazetteer, share: float = SHARE) -> bool:
    named = _share(values, lambda word: places.country(word) is not None or places.is_no_place(word))
    return named >= share and bool(places.countries(values).notna().any())


def _are_dates(values: pd.Series) -> bool:
    return max(_share(values, lambda word, form=form: span(word, form) is not None) for form in FORMATS) >= SHARE  # type: ignore[misc]


def _date_format(frame: pd.DataFrame, columns: dict[str, str]) -> str:
    """Return the form that reads most dates; the day comes first where nothing tells."""
    if "date" not in columns:
        return FORMATS[0]
    values = frame[columns["date"]]
    return max(FORMATS, key=lambda form: _share(values, lambda word: span(word, form) is not None))


def _decimal(frame: pd.DataFrame, columns: dict[str, str]) -> str:
    names = [columns[field] for field in ("quantity", "seen_lon", "seen_lat", "origin_lon") if field in columns]
    words = pd.concat([frame[name] for name in names]).dropna() if names else pd.Series(dtype="str")
    return "," if words.str.fullmatch(r"-?\d+(?:\.\d{3})*,\d+").any() else "."
