"""UNODC's individual drug seizures and its counts of detected victims."""

from pathlib import Path

import pandas as pd
import pytest

from dashboard import importing, publish
from data import contracts
from data.errors import SourceError
from tests.data import files
from tests.data.files import seizure

IDS, GLOTIP = "unodc-ids", "unodc-glotip"


def legs_of(root: Path, source_id: str, *paths: Path) -> list[tuple[object, ...]]:
    """Return (origin, destination, status, mode) of every leg, in travel order, after a release."""
    importing.import_files(root, source_id, paths)
    publish.publish(root)
    legs = sorted(files.rows_of(root, "legs"), key=lambda leg: (leg["obs_id"], leg["leg_seq"]))
    return [(leg["origin_id"], leg["destination_id"], leg["status"], leg["transport_mode"]) for leg in legs]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_journey_runs_from_departure_over_seizure_to_destination(tmp_path: Path, ending: str) -> None:
    parsed = files.read(IDS, files.ids(tmp_path / f"ids.{ending}", seizure()))
    assert files.places_of(parsed, 2 if ending == "csv" else 1) == [
        ("departure", "BRA"),
        ("seizure", "DEU"),
        ("intended_destination", "FRA"),
    ]
    assert parsed.waypoints["seq"].tolist() == [0, 1, 2]


def test_the_mode_sits_on_the_intercepted_leg_only(tmp_path: Path) -> None:
    assert legs_of(tmp_path / "store", IDS, files.ids(tmp_path / "ids.csv", seizure())) == [
        ("BRA", "DEU", "observed", "air"),
        ("DEU", "FRA", "intended", None),
    ]


def test_a_seizure_in_the_country_of_departure_is_caught_leaving(tmp_path: Path) -> None:
    path = files.ids(tmp_path / "ids.csv", seizure(DEPARTURE_COUNTRY="Germany"))
    assert files.places_of(files.read(IDS, path), 2) == [("seizure", "DEU"), ("intended_destination", "FRA")]
    assert legs_of(tmp_path / "store", IDS, path) == [("DEU", "FRA", "intended", "air")]


def test_a_domestic_seizure_gives_no_leg(tmp_path: Path) -> None:
    path = files.ids(tmp_path / "ids.csv", seizure(DEPARTURE_COUNTRY="Germany", DESTINATION_COUNTRY="Germany"))
    assert files.places_of(files.read(IDS, path), 2) == [("seizure", "DEU")]
    assert legs_of(tmp_path / "store", IDS, path) == []


@pytest.mark.parametrize("word", ["Unknown", "Multiple Countries", "Other", ""])
def test_words_for_no_country_give_no_leg_and_are_not_listed(tmp_path: Path, word: str) -> None:
    path = files.ids(tmp_path / "ids.csv", seizure(DEPARTURE_COUNTRY=word, DESTINATION_COUNTRY=word))
    assert files.read(IDS, path).unresolved.empty
    assert legs_of(tmp_path / "store", IDS, path) == []


def test_a_destination_nobody_knows_is_listed_with_its_count(tmp_path: Path) -> None:
    rows = [seizure(DESTINATION_COUNTRY="Atlantis", PLACE=place) for place in ("A", "B", "C")]
    path = files.ids(tmp_path / "ids.csv", seizure(), *rows)
    unresolved = files.read(IDS, path).unresolved
    assert unresolved[["source_id", "column", "name", "row_count"]].to_numpy().tolist() == [
        [IDS, "DESTINATION_COUNTRY", "Atlantis", 3]
    ]
    report = importing.import_files(tmp_path / "store", IDS, [path])[0]
    assert (report.row_count_kept, report.unresolved) == (4, {"Atlantis": 3})


@pytest.mark.parametrize(
    ("amount", "unit", "kilogram"),
    [
        ("2.5", "Kilogram", 2.5),
        ("2500", "Gram", 2.5),
        ("250000", "Milligram", 0.25),
        ("3", "Ton", 3000.0),
        ("16", "Ounce", 0.45359237),  # one pound
        ("7", "100 gram", 0.7),
        ("7", "Tablet", None),
        ("7", "", None),
        ("", "Kilogram", None),
    ],
)
def test_only_units_of_mass_become_kilograms(tmp_path: Path, amount: str, unit: str, kilogram: float | None) -> None:
    parsed = files.read(IDS, files.ids(tmp_path / "ids.csv", seizure(AMOUNT=amount, DRUG_UNIT=unit)))
    assert files.none(parsed.observations["quantity_kg"].iloc[0]) == (
        None if kilogram is None else pytest.approx(kilogram)
    )
    assert files.none(parsed.observations["quantity"].iloc[0]) == (float(amount) if amount else None)
    assert parsed.observations["item_count"].isna().all()


def test_exact_repeats_are_kept_numbered_and_counted(tmp_path: Path) -> None:
    parsed = files.read(IDS, files.ids(tmp_path / "ids.csv", seizure(), seizure(AMOUNT="3"), seizure()))
    first, other, second = parsed.observations["obs_id"]
    assert (first.rpartition(":")[0], first[-2:], second[-2:]) == (second.rpartition(":")[0], ":1", ":2")
    assert other.rpartition(":")[0] != first.rpartition(":")[0]
    assert parsed.observations["repeat_count"].tolist() == [2, 1, 2]


def test_repeats_weigh_as_one_record_together(tmp_path: Path) -> None:
    root = tmp_path / "store"
    legs_of(root, IDS, files.ids(tmp_path / "ids.csv", seizure(), seizure(), seizure(AMOUNT="3")))
    weight = pd.DataFrame(files.rows_of(root, "legs")).groupby(["origin_id", "destination_id"])["weight"].sum()
    assert weight.to_dict() == {("BRA", "DEU"): 2.0, ("DEU", "FRA"): 2.0}


def test_csv_and_parquet_of_the_same_rows_are_the_same_records(tmp_path: Path) -> None:
    rows = [seizure(), seizure(AMOUNT="0.10"), seizure(AMOUNT="300000000"), seizure(PLACE=""), seizure()]
    written = [files.ids(tmp_path / f"ids.{ending}", *rows) for ending in ("csv", "parquet")]
    one, other = (files.read(IDS, path).observations["obs_id"].tolist() for path in written)
    assert one == other
    assert len(set(one)) == 5
    root = tmp_path / "store"
    assert len(legs_of(root, IDS, *written)) == 5 * 2  # two legs a journey, every record once
    assert len(files.rows_of(root, "observations")) == 5


@pytest.mark.parametrize(
    ("drug", "group"),
    [
        ("Cocaine base", "cocaine"),
        ("Heroin", "opiates"),
        ("Methamphetamine", "amphetamine-type"),
        ("Made-up powder", "other"),
    ],
)
def test_the_words_of_a_drug_name_decide_its_group(tmp_path: Path, drug: str, group: str) -> None:
    observations = files.read(IDS, files.ids(tmp_path / "ids.csv", seizure(DRUG_NAME=drug))).observations
    assert observations[["commodity", "commodity_raw"]].to_numpy().tolist() == [[group, drug]]


def test_a_coded_method_and_a_border_keep_their_published_words(tmp_path: Path) -> None:
    row = files.read(IDS, files.ids(tmp_path / "ids.csv", seizure())).observations.iloc[0]
    assert (row["modus_operandi"], row["modus_operandi_raw"]) == ("parcel", "Postal")
    assert (row["border_direction"], row["transport_mode_raw"]) == ("inbound", "Commercial air")
    assert (row["date_start"], row["date_end"]) == (pd.Timestamp("2012-03-04"), pd.Timestamp("2012-03-04"))


def test_the_country_of_production_is_no_waypoint(tmp_path: Path) -> None:
    parsed = files.read(IDS, files.ids(tmp_path / "ids.csv", seizure(PRODUCING_COUNTRY="Colombia")))
    assert parsed.observations["production_id"].tolist() == ["COL"]
    assert "COL" not in set(parsed.waypoints["place_id"])


@pytest.mark.parametrize(
    ("printed", "low", "high"), [("<5", 1, 4), ("< 5", 1, 4), ("1,122", 1122, 1122), ("12", 12, 12), (7, 7, 7)]
)
def test_a_printed_count_is_a_range(tmp_path: Path, printed: object, low: int, high: int) -> None:
    row = files.read(GLOTIP, files.glotip(tmp_path / "g.xlsx", {"txtVALUE": printed})).observations.iloc[0]
    assert (row["case_count"], row["case_count_high"], row["is_suppressed"]) == (low, high, low != high)
    assert files.none(row["item_count"]) == (low if low == high else None)


@pytest.mark.parametrize("printed", ["-3", "many", "1.5", "1,22", None])
def test_a_printed_count_that_is_none_is_refused(tmp_path: Path, printed: str | None) -> None:
    path = files.glotip(tmp_path / "g.xlsx", {}, {"txtVALUE": printed})
    # two banner rows, the header, then rows 4 and 5
    with pytest.raises(SourceError, match=r"^g.xlsx, row 5, column txtVALUE: .* is no count. Give a whole number"):
        files.read(GLOTIP, path)


def test_a_citizenship_is_the_origin_of_a_flow(tmp_path: Path) -> None:
    path = files.glotip(tmp_path / "g.xlsx", {})
    assert files.places_of(files.read(GLOTIP, path), 4) == [("citizenship", "NGA"), ("detection", "ESP")]
    assert legs_of(tmp_path / "store", GLOTIP, path) == [("NGA", "ESP", "observed", None)]


@pytest.mark.parametrize("word", ["Nationals", "Own country", "Spanish"])
def test_nationals_are_people_of_the_reporting_country(tmp_path: Path, word: str) -> None:
    path = files.glotip(tmp_path / "g.xlsx", {"Category": word})
    parsed = files.read(GLOTIP, path)
    assert files.places_of(parsed, 4) == [("citizenship", "ESP"), ("detection", "ESP")]
    assert parsed.unresolved.empty
    assert legs_of(tmp_path / "store", GLOTIP, path) == []


def test_rows_about_offenders_are_set_aside_with_the_reason(tmp_path: Path) -> None:
    path = files.glotip(tmp_path / "g.xlsx", {}, {"Indicator": "Persons convicted"}, {"Indicator": None})
    parsed = files.read(GLOTIP, path)
    assert parsed.quarantine["source_row"].tolist() == [5, 6]
    assert set(parsed.quarantine["rule"]) == {"counts offences or offenders, not victims"}
    assert parsed.observations["source_row"].tolist() == [4]


@pytest.mark.parametrize(
    ("change", "is_subtotal"),
    [
        ({}, False),
        ({"Sex": "Female"}, True),
        ({"Age": "0 to 17 years"}, True),
        ({"Dimension": "by country of repatriation"}, True),
        ({"Dimension": "by form of exploitation", "Category": "Forced labour"}, True),
        ({"Category": "TOTAL"}, True),
    ],
)
def test_only_total_citizenship_rows_are_no_subtotals(
    tmp_path: Path, change: dict[str, object], is_subtotal: bool
) -> None:
    path = files.glotip(tmp_path / "g.xlsx", change)
    assert files.read(GLOTIP, path).observations["is_subtotal"].tolist() == [is_subtotal]
    assert len(legs_of(tmp_path / "store", GLOTIP, path)) == (0 if is_subtotal else 1)


def test_a_form_of_exploitation_is_the_commodity(tmp_path: Path) -> None:
    form = {"Dimension": "by form of exploitation", "Category": "Forced labour"}
    observations = files.read(GLOTIP, files.glotip(tmp_path / "g.xlsx", {}, form)).observations
    assert [files.none(word) for word in observations["commodity"]] == [None, "forced labour"]


def test_a_citizenship_nobody_knows_is_listed_once_per_flow(tmp_path: Path) -> None:
    rows = [{"Category": "Atlantean", "Year": 2020}, {"Category": "Atlantean", "Year": 2021}]
    subtotal = {"Category": "Atlantean", "Sex": "Female"}
    parsed = files.read(GLOTIP, files.glotip(tmp_path / "g.xlsx", *rows, subtotal, {"Category": "Unknown"}))
    assert parsed.unresolved[["column", "name", "row_count"]].to_numpy().tolist() == [["Category", "Atlantean", 2]]


def test_a_row_without_a_country_code_is_found_by_its_name(tmp_path: Path) -> None:
    parsed = files.read(GLOTIP, files.glotip(tmp_path / "g.xlsx", {"Iso3_code": None, "Country": "France"}))
    assert files.places_of(parsed, 4)[1] == ("detection", "FRA")


def test_a_count_of_zero_is_set_aside(tmp_path: Path) -> None:
    parsed = files.read(GLOTIP, files.glotip(tmp_path / "g.xlsx", {}, {"txtVALUE": "0"}))
    assert parsed.quarantine[["source_row", "rule"]].to_numpy().tolist() == [[5, "no victim was counted"]]


@pytest.mark.parametrize("source_id", [IDS, GLOTIP])
def test_what_is_read_keeps_the_contracts(tmp_path: Path, source_id: str) -> None:
    path = files.ids(tmp_path / "f.csv", seizure()) if source_id == IDS else files.glotip(tmp_path / "f.xlsx", {}, {})
    parsed = files.read(source_id, path)
    for name in ("observations", "waypoints"):
        assert contracts.check(getattr(parsed, name), contracts.TABLES[name]).num_rows > 0
