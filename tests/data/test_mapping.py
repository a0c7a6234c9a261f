"""Files of one's own: what a map says, what it makes of a file, and what becomes of a map that says nonsense."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data import guess, mapping
from data.errors import SourceError
from data.intake import Request
from data.mapping_dates import span
from data.parsed import Parsed
from data.places import gazetteer
from tests.data import files
from tests.data.files import TODAY, none, places_of
from tests.data.test_rules import CARD

COLUMNS = {
    **{"date": "Date", "origin": "From", "transit": "Via", "seen": "Seized in", "destination": "To"},
    **{"commodity": "Species", "quantity": "Weight", "unit": "Unit", "items": "Pieces", "mode": "By"},
}
ROW: dict[str, object] = {
    **{"Date": "31/01/2020", "From": "Uganda", "Via": "", "Seized in": "Kenya", "To": "China"},
    **{"Species": "Ivory", "Weight": "1.200,5", "Unit": "kg", "Pieces": "", "By": "Ship"},
}


def card(**changes: object) -> dict[str, Any]:
    """Return a checked card with the columns of ROW and these changes."""
    changed = {**CARD, "columns": COLUMNS, "date_format": "day-first", "decimal": ",", **changes}
    return mapping.checked({key: value for key, value in changed.items() if value is not None}, "MAP.toml")


def read(path: Path, **changes: object) -> Parsed:
    """Return what a map makes of a file."""
    return next(mapping.read(Request(path, card(**changes), gazetteer(), today=TODAY)).parts)


def one(path: Path, row: dict[str, object], **changes: object) -> dict[str, Any]:
    """Return the one record a file of one row becomes."""
    (found,) = read(files.table(path, [row], sep=";"), **changes).observations.to_dict("records")
    return {str(name): none(value) for name, value in found.items()}


def test_a_row_becomes_a_record_with_its_journey(tmp_path: Path) -> None:
    path = files.table(tmp_path / "own.csv", [{**ROW, "Via": "Tanzania"}], sep=";")
    parsed = read(path, values={"mode": {"Ship": "sea"}})
    record = parsed.observations.iloc[0]
    assert (record["layer"], record["record_kind"], record["commodity"]) == ("wildlife", "seizure", "ivory")
    assert (record["quantity"], record["quantity_kg"]) == (1200.5, 1200.5)
    assert (record["transport_mode"], record["transport_mode_raw"]) == ("sea", "Ship")
    assert (record["date_start"], record["date_precision"]) == (pd.Timestamp("2020-01-31"), "day")
    assert places_of(parsed, 2) == [
        ("departure", "UGA"),
        ("transit", "TZA"),
        ("seizure", "KEN"),
        ("intended_destination", "CHN"),
    ]


def test_an_end_that_is_the_place_of_seizure_is_no_waypoint_of_its_own(tmp_path: Path) -> None:
    parsed = read(files.table(tmp_path / "own.csv", [{**ROW, "From": "Kenya", "To": ""}], sep=";"))
    assert places_of(parsed, 2) == [("seizure", "KEN")]


@pytest.mark.parametrize(
    ("unit", "weight", "kilograms"),
    [
        ("kg", "2", 2.0),
        ("g", "2000", 2.0),
        ("T", "0,5", 500.0),
        ("lbs", "1", 0.45359237),
        ("stone", "1", 6.35),
        ("crate", "1", None),
    ],
)
def test_units_of_mass_become_kilograms(tmp_path: Path, unit: str, weight: str, kilograms: float | None) -> None:
    values = {"kilogram": {"Stone": "6.35"}}
    assert one(tmp_path / "own.csv", {**ROW, "Unit": unit, "Weight": weight}, values=values)["quantity_kg"] == kilograms


@pytest.mark.parametrize(
    ("mark", "words", "value"),
    [
        (",", "1.234.567,5", 1234567.5),
        (",", "0,25", 0.25),
        (".", "1,234.5", 1234.5),
        (".", "1 234.5", 1234.5),
        (".", "7", 7.0),
    ],
)
def test_numbers_are_read_with_the_maps_decimal_mark(tmp_path: Path, mark: str, words: str, value: float) -> None:
    assert one(tmp_path / "own.csv", {**ROW, "Weight": words}, decimal=mark)["quantity"] == value


def test_a_number_in_the_other_notation_is_refused_not_misread(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^own.csv, row 2, column Weight: '1.5,25' is no number.*decimal mark \."):
        one(tmp_path / "own.csv", {**ROW, "Weight": "1.5,25"}, decimal=".")


@pytest.mark.parametrize(
    ("mark", "words"), [(".", "0,500"), (",", "0.123"), (".", "1234,567"), (",", "1.5"), (",", "1.23.456")]
)
def test_what_is_no_group_of_thousands_is_refused_with_the_other_mark_as_cure(
    tmp_path: Path, mark: str, words: str
) -> None:
    other = {".": ",", ",": "."}[mark]
    with pytest.raises(SourceError, match=rf"'{words}' is no number\. .*write decimal = '\{other}' in the map"):
        one(tmp_path / "own.csv", {**ROW, "Weight": words}, decimal=mark)


@pytest.mark.parametrize(("mark", "words"), [(".", "1.000"), (",", "1,000")])
def test_a_thousand_pieces_in_the_other_notation_are_not_one_piece(tmp_path: Path, mark: str, words: str) -> None:
    with pytest.raises(SourceError, match=r"column Pieces: '1.000' is no count"):
        one(tmp_path / "own.csv", {**ROW, "Weight": "", "Pieces": words}, decimal=mark)


@pytest.mark.parametrize("mark", [",", "."])
@pytest.mark.parametrize("words", ["-0.127", "-0,127"])
def test_degrees_have_no_thousands(tmp_path: Path, mark: str, words: str) -> None:
    columns = {**COLUMNS, "quantity": "Pieces", "seen_lon": "Weight", "seen_lat": "Unit"}
    path = files.table(tmp_path / "own.csv", [{**ROW, "Weight": words, "Unit": "4"}], sep=";")
    assert -0.127 in read(path, columns=columns, decimal=mark).waypoints["lon"].tolist()


def test_a_number_of_a_workbook_is_taken_as_it_is(tmp_path: Path) -> None:
    rows: list[list[object]] = [list(ROW), list({**ROW, "Weight": 1.125, "Pieces": 2}.values())]
    found = read(files.xlsx(tmp_path / "own.xlsx", rows), decimal=",").observations.iloc[0]
    assert (found["quantity"], found["item_count"]) == (1.125, 2)


def test_a_row_stands_for_the_cases_it_states_and_for_one_where_no_column_does(tmp_path: Path) -> None:
    path = files.table(tmp_path / "own.csv", [{**ROW, "Pieces": 3}, {**ROW, "Pieces": 0}], sep=";")
    assert read(path).observations["case_count"].tolist() == [1, 1]
    parsed = read(path, columns={**COLUMNS, "cases": "Pieces"})
    assert parsed.observations["case_count"].tolist() == [3]
    assert parsed.quarantine[["source_row", "rule_id"]].to_numpy().tolist() == [[3, "R-COUNT"]]


def test_a_mapped_number_of_cases_is_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="column Pieces: empty is no count. Fill it in, or leave cases out"):
        one(tmp_path / "own.csv", ROW, columns={**COLUMNS, "cases": "Pieces"})


@pytest.mark.parametrize(
    ("form", "words", "start", "end", "precision"),
    [
        ("iso", "2020-02-03", (2020, 2, 3), (2020, 2, 3), "day"),
        ("iso", "2020-02-03 00:00:00", (2020, 2, 3), (2020, 2, 3), "day"),  # a workbook's day
        ("iso", "2020-02", (2020, 2, 1), (2020, 2, 29), "month"),
        ("iso", "2019", (2019, 1, 1), (2019, 12, 31), "year"),
        ("day-first", "03/02/2020", (2020, 2, 3), (2020, 2, 3), "day"),
        ("day-first", "3.2.2020", (2020, 2, 3), (2020, 2, 3), "day"),
        ("day-first", "02/2020", (2020, 2, 1), (2020, 2, 29), "month"),
        ("month-first", "02/03/2020", (2020, 2, 3), (2020, 2, 3), "day"),
        ("month-names", "3 February 2020", (2020, 2, 3), (2020, 2, 3), "day"),
        ("month-names", "Feb 3, 2020", (2020, 2, 3), (2020, 2, 3), "day"),
        ("month-names", "03-FEB-2020", (2020, 2, 3), (2020, 2, 3), "day"),
        ("month-names", "February 2020", (2020, 2, 1), (2020, 2, 29), "month"),
        ("fiscal", "FY2020", (2019, 10, 1), (2020, 9, 30), "period"),
        ("fiscal", "2020", (2020, 1, 1), (2020, 12, 31), "year"),
    ],
)
def test_dates_as_people_write_them(
    form: str, words: str, start: tuple[int, int, int], end: tuple[int, int, int], precision: str
) -> None:
    assert span(words, form) == (date(*start), date(*end), precision)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("day-first", "31/13/2020"),
        ("day-first", "30/02/2020"),
        ("month-first", "31/01/2020"),
        ("month-names", "3 Foo 2020"),
        ("month-names", "Market 2020"),
        ("month-names", "Decoy 3, 2020"),
        ("iso", "03/02/2020"),
        ("iso", "0000-01-01"),
        ("fiscal", "FY20"),
        ("iso", "soon"),
    ],
)
def test_what_is_no_date_of_the_form_is_none(form: str, words: str) -> None:
    assert span(words, form) is None


def test_a_fiscal_year_may_begin_in_any_month() -> None:
    assert span("FY2020", "fiscal", 4) == (date(2019, 4, 1), date(2020, 3, 31), "period")
    assert span("FY2020", "fiscal", 1) == (date(2020, 1, 1), date(2020, 12, 31), "period")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_every_encoding_and_delimiter_is_told_from_the_file(tmp_path: Path, encoding: str, mark: str) -> None:
    path = tmp_path / "own.csv"
    row = {**ROW, "Species": "Éléphant", "Weight": "5"}
    pd.DataFrame([row]).to_csv(path, index=False, sep=mark, encoding=encoding)
    found = read(path).observations.iloc[0]
    assert found["commodity_raw"] == "Éléphant"


UNLIKE = ["source_file", "source_row"]  # a Parquet file has no header row


@pytest.mark.parametrize("name", ["own.csv", "own.xlsx", "own.parquet"])
def test_one_map_reads_every_kind_of_table_alike(tmp_path: Path, name: str) -> None:
    if name == "own.xlsx":
        path = files.xlsx(tmp_path / name, [["A banner"], list(ROW), list(ROW.values())])
    else:
        path = files.table(tmp_path / name, [ROW], sep=";")
    same = read(files.table(tmp_path / "same.csv", [ROW], sep=";"))
    found, expected = (parsed.observations.drop(columns=UNLIKE) for parsed in (read(path), same))
    pd.testing.assert_frame_equal(found, expected)


def geojson(path: Path, *features: tuple[str, object, dict[str, object]]) -> Path:
    """Write features as (shape, coordinates, properties)."""
    made = [
        {"type": "Feature", "geometry": {"type": shape, "coordinates": points}, "properties": properties}
        for shape, points, properties in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": made}), encoding="utf-8")
    return path


def test_a_line_of_geojson_joins_two_places_of_its_own(tmp_path: Path) -> None:
    properties: dict[str, object] = {"day": "2020-02-03", "from": "Uganda", "to": "Kenya", "port": "Mombasa"}
    path = geojson(tmp_path / "own.geojson", ("LineString", [[32.6, 0.3], [36.8, -1.3], [39.67, -4.05]], properties))
    columns = {
        **{"date": "day", "origin": "from", "origin_lon": "geometry.lon", "origin_lat": "geometry.lat"},
        **{"seen": "to", "seen_lon": "geometry.to_lon", "seen_lat": "geometry.to_lat", "seen_place": "port"},
    }
    parsed = read(path, columns=columns, date_format="iso", decimal=".", precision="exact")
    points = parsed.waypoints[["role", "lon", "lat", "precision"]].to_numpy().tolist()
    assert points == [["departure", 32.6, 0.3, "exact"], ["seizure", 39.67, -4.05, "exact"]]
    places = parsed.places.sort_values("country_id")[["name", "level", "country_id", "region", "lon"]]
    assert places.to_numpy().tolist() == [
        ["Mombasa", "place", "KEN", "Africa", 39.67],
        ["32.6, 0.3", "place", "UGA", "Africa", 32.6],
    ]
    assert set(parsed.places["place_id"]) == set(parsed.waypoints["place_id"])


def test_points_of_geojson_become_incidents(tmp_path: Path) -> None:
    properties: dict[str, object] = {"day": "2020-02-03", "id": "a", "country": "Mali", "dead": 2, "what": "Attack"}
    path = geojson(tmp_path / "own.geojson", ("Point", [-3.0, 16.8], properties))
    columns = {
        **{"date": "day", "id": "id", "seen": "country", "killed": "dead", "kind": "what"},
        **{"seen_lon": "geometry.lon", "seen_lat": "geometry.lat"},
    }
    parsed = read(path, columns=columns, record_kind="incident", layer="raids", date_format="iso", decimal=".")
    (found,) = parsed.incidents.to_dict("records")
    assert (found["lon"], found["lat"], found["precision"], found["killed_count"]) == (-3.0, 16.8, "place", 2)
    assert (found["layer"], found["incident_kind"], found["country_id"]) == ("raids", "attack", "MLI")


def test_a_division_is_found_within_its_country(tmp_path: Path) -> None:
    columns = {**COLUMNS, "seen_division": "State"}
    path = files.table(tmp_path / "own.csv", [{**ROW, "Seized in": "Mexico", "State": "Sinaloa"}], sep=";")
    parsed = read(path, columns=columns)
    assert ("seizure", "MX-SIN") in places_of(parsed, 2)


def test_constants_stand_for_columns_a_file_does_not_have(tmp_path: Path) -> None:
    columns = {name: column for name, column in COLUMNS.items() if name not in ("date", "seen")}
    found = one(tmp_path / "own.csv", ROW, columns=columns, constants={"date": 2019, "seen": "Kenya"})
    assert (found["date_start"], found["date_end"]) == (pd.Timestamp("2019-01-01"), pd.Timestamp("2019-12-31"))


def test_without_an_id_equal_rows_stay_and_with_one_they_are_set_aside(tmp_path: Path) -> None:
    path = files.table(tmp_path / "own.csv", [ROW, ROW, {**ROW, "Species": "Horn"}], sep=";")
    assert read(path).observations["repeat_count"].tolist() == [2, 2, 1]
    with pytest.raises(SourceError, match=r"^own.csv, row 3, column Date: '31/01/2020' repeats an id"):
        read(path, dedup=["Date", "Species"])


@pytest.mark.parametrize("word", ["-", "n/a"])
def test_a_files_words_for_nothing_are_nothing(tmp_path: Path, word: str) -> None:
    found = one(tmp_path / "own.csv", {**ROW, "Weight": word}, null_words=["-", "n/a"])
    assert found["quantity"] is None


def test_check_4_a_map_with_a_schema_takes_no_other_columns(tmp_path: Path) -> None:
    schema = {**dict.fromkeys(ROW, "text"), "Weight": "number"}
    path = files.table(tmp_path / "own.parquet", [ROW])
    with pytest.raises(
        SourceError, match=r"^own.parquet: column Weight holds BYTE_ARRAY, not a number; save it as one"
    ):
        read(path, schema=schema)


TEXT = """
id = "own-wildlife"
title = "Made up"
publisher = "Made up"
licence = "own use"
attribution = "made up"
redistributable = false
marking = "TLP:GREEN"
layer = "wildlife"
record_kind = "seizure"
[columns]
date = "Date"
seen = "Seized in"
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "own-wildlife"', "", "id is missing; a map states id, title"),
        ('id = "own-wildlife"', 'id = "../../x"', "id is '../../x'; write up to 40 small letters and digits"),
        ('layer = "wildlife"', 'layer = "Wild life"', "layer is 'Wild life'"),
        ('"TLP:GREEN"', '"GREEN"', "marking is 'GREEN'; choose from TLP:CLEAR"),
        ('"seizure"', '"sighting"', "record_kind is 'sighting'; choose from seizure, trace"),
        ("= false", '= "no"', "redistributable is 'no'; write true or false."),
        ("[columns]", "colour = 1\n[columns]", "key colour means nothing here"),
        ('date = "Date"', 'day = "Date"', "columns.day is no field; choose from date"),
        ('date = "Date"', "date = []", "columns.date must be the name of one column"),
        ('date = "Date"', "", "columns.date is missing; name the column"),
        ('seen = "Seized in"', "", "columns.seen is missing; name the column"),
        ("[columns]", '[roles]\norigin = "start"\n[columns]', "roles.origin is 'start'"),
        ("[columns]", "[values.colour]\na = 'b'\n[columns]", "values.colour means nothing here"),
        ("[columns]", "columns = 1", "columns must be a table"),
        ("[columns]", "[columns", "the map is no TOML ("),
        ('"own use"', '"FILL IN"', "licence is still to be filled in"),
        (
            'date = "Date"',
            'date = "Date"\norigin_place = "From"',
            "columns.origin_place would not be read, for columns.o",
        ),
        ('date = "Date"', 'date = "Date"\norigin_lon = "x"\norigin_lat = "y"', "columns.origin, the country, is miss"),
        ('date = "Date"', 'date = "Date"\nseen_lon = "x"', "columns.seen_lon would not be read, for columns.seen_lat"),
        (
            'date = "Date"',
            'date = "Date"\nkilled = "Dead"',
            "columns.killed would not be read, for a row is of kind seizure",
        ),
        ("[columns]", "[constants]\nseen = 'Mali'\n[columns]", "columns.seen would not be read, for constants.seen"),
    ],
)
def test_a_map_that_says_nonsense_is_refused_with_the_key_and_the_cure(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    path = tmp_path / "MAP.toml"
    words = TEXT.replace(old, new)
    if new == "columns = 1":
        words = words.replace('date = "Date"\nseen = "Seized in"\n', "")
    path.write_text(words, encoding="utf-8")
    with pytest.raises(SourceError) as refused:
        mapping.load(path)
    assert str(refused.value).startswith("MAP.toml: ")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_incident_has_no_origin() -> None:
    columns = {"date": "Day", "id": "Case", "origin": "From"}
    with pytest.raises(
        SourceError, match="columns.origin would not be read, for a row is of kind incident; leave it out"
    ):
        card(columns=columns, record_kind="incident", layer="raids")


def test_a_record_without_its_id_is_set_aside(tmp_path: Path) -> None:
    rows = [{**ROW, "Case": case} for case in ("1", "", "")]
    parsed = read(files.table(tmp_path / "own.csv", rows, sep=";"), columns={**COLUMNS, "id": "Case"})
    assert parsed.observations["source_row"].tolist() == [2]
    assert parsed.quarantine["rule_id"].tolist() == ["R-ID-MISSING", "R-ID-MISSING"]


def test_a_map_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="the map cannot be opened"):
        mapping.load(tmp_path / "gone.toml")


def test_a_mapped_column_the_file_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"^own.csv, row 1: column From is missing"):
        read(files.table(tmp_path / "own.csv", [{"Date": "31/01/2020"}], sep=";"))


@pytest.mark.parametrize("name", ["own.csv", "own.xlsx", "own.parquet"])
def test_a_guess_names_columns_by_heading_and_value(tmp_path: Path, name: str) -> None:
    rows = [
        {"Case no": f"W{day}", "Seizure date": f"{day}/01/2020", "From": "Uganda", "Where": "Kenya", "To": "China"}
        | {"Species": "Ivory", "Weight": "1.200,5", "Unit": "kg", "Notes": "none"}
        for day in range(10, 31)
    ]
    path = tmp_path / name
    if name == "own.xlsx":
        files.xlsx(path, [["A banner"], list(rows[0]), *(list(row.values()) for row in rows)])
    else:
        files.table(path, rows, sep=";")
    found = guess.card(path)
    assert found["columns"] == {
        **{"date": "Seizure date", "id": "Case no", "commodity": "Species", "quantity": "Weight", "unit": "Unit"},
        **{"origin": "From", "seen": "Where", "destination": "To"},
    }
    assert (found["date_format"], found["decimal"], found["record_kind"]) == ("day-first", ",", "seizure")


@pytest.mark.parametrize(
    "headings",
    [
        "Expediente;Fecha;País de origen;País de incautación;País de destino;Ciudad;Arma;Cantidad;Medio de transporte",
        "Numéro;Date de saisie;Pays d'origine;Pays;Pays de destination;Ville;Type d'arme;Quantité;Moyen de transport",
        "Dossier;Data da apreensão;Origem;País;Destino;Cidade;Tipo de arma;Quantidade;Transporte",
        "Nr.;Datum des Fundes;Herkunftsland;Land;Zielland;Ort;Gegenstand;Menge;Verkehrsmittel",
    ],
)
def test_a_guess_reads_headings_of_five_languages(tmp_path: Path, headings: str) -> None:
    row = ("7", "03/01/2024", "Serbia", "Austria", "Germany", "Graz", "pistola", "7,5", "air")
    path = files.table(tmp_path / "own.csv", [dict(zip(headings.split(";"), row, strict=True))], sep=";")
    found = guess.card(path)
    order = ("id", "date", "origin", "seen", "destination", "seen_place", "commodity", "quantity", "mode")
    assert [found["columns"].get(field) for field in order] == headings.split(";")
    assert found["decimal"] == ","


def test_a_guess_is_a_map_that_can_be_loaded_and_says_what_to_fill_in(tmp_path: Path) -> None:
    path = files.table(tmp_path / 'odd "name".csv', [{"Date": "2020-01-01", "Country": "Kenya", "From": "Uganda"}])
    words = guess.toml(guess.card(path))
    assert f'publisher = "{guess.FILL_IN}"' in words
    words = words.replace(guess.FILL_IN, "made up")
    (tmp_path / "MAP.toml").write_text(words, encoding="utf-8")
    filled = dict.fromkeys(("publisher", "licence", "attribution"), "made up")
    assert mapping.load(tmp_path / "MAP.toml") == guess.card(path) | filled
    parsed = next(mapping.read(Request(path, mapping.load(tmp_path / "MAP.toml"), gazetteer(), today=TODAY)).parts)
    assert places_of(parsed, 2) == [("departure", "UGA"), ("seizure", "KEN")]


def test_a_guess_takes_the_points_of_geojson(tmp_path: Path) -> None:
    path = geojson(tmp_path / "own.geojson", ("Point", [-3.0, 16.8], {"day": "2020-02-03", "country": "Mali"}))
    assert guess.card(path)["columns"] == {
        **{"date": "day", "seen": "country", "seen_lon": "geometry.lon", "seen_lat": "geometry.lat"}
    }


@pytest.mark.parametrize("heading", ["Weight", "Notes"])
@pytest.mark.parametrize("name", ["own.csv", "own.xlsx"])
def test_a_heading_that_stands_twice_is_refused(tmp_path: Path, name: str, heading: str) -> None:
    rows = [[*ROW, "Notes", heading], [*map(str, ROW.values()), "a", "b"]]
    path = tmp_path / name
    if name == "own.csv":
        path.write_text("\n".join(";".join(row) for row in rows), encoding="utf-8")
    else:
        files.xlsx(path, rows)
    for act in (read, guess.card):
        with pytest.raises(SourceError, match=rf"^{name}, row 1: column {heading} stands there twice.*; remove or"):
            act(path)


def test_a_guess_names_no_column_that_would_not_be_read(tmp_path: Path) -> None:
    ends, stated = [[65, 33], [10, 51]], {"day": "2020-02-03", "country": "Mali"}
    line = ("LineString", ends, {**stated, "killed": 2, "from": "Chad"})
    found = guess.card(geojson(tmp_path / "own.geojson", line))
    assert mapping.unread(found) == {}
    assert "killed" not in found["columns"]
    no_origin = geojson(tmp_path / "own.geojson", ("LineString", ends, {**stated}))
    assert "origin_lon" not in guess.card(no_origin)["columns"]


def test_a_file_without_headings_cannot_be_guessed(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    with pytest.raises(SourceError, match="no row of headings in the first 20 rows; add one"):
        guess.card(tmp_path / "own.csv")
