"""The further published files: rows, sums and totals their notes name; a second import changes nothing."""

import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from dashboard import importing, publish
from data import release
from data.places import gazetteer
from data.sources import iom_corridors
from data.store import ImportReport
from tests.data.files import contents
from tests.real.conftest import records

Imported = tuple[Path, dict[str, list[ImportReport]]]
FILES = {
    "unodc-iafq": "unodc_firearms_iafq/*.xlsx",
    "cbp-drugs": "cbp_drug_seizures/*.csv",
    "ctdc": "ctdc_victim_perpetrator_synthetic/*.csv",
    "iom-missing-migrants": "iom_missing_migrants/*.csv",
}
CONTEXT = "Arms seized | by other suspected offences | "


@pytest.fixture(scope="module")
def further(real_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Return a released store of the further sources, and the import reports by source."""
    root = tmp_path_factory.mktemp("further")
    reports = {
        source: importing.import_files(root, source, sorted(real_folder.glob(pattern)))
        for source, pattern in FILES.items()
    }
    publish.publish(root)
    return root, reports


def table(imported: Imported, name: str, source: str) -> pd.DataFrame:
    """Return a source's rows of a table of the release."""
    frame: pd.DataFrame = pq.read_table(release.current(imported[0]).path(name)).to_pandas()
    return frame[frame["source_id"] == source]


def test_every_file_is_read_whole(further: Imported) -> None:
    counts = {
        source: {report.source_file: report.row_count_read for report in reports}
        for source, reports in further[1].items()
    }
    assert counts == {
        "unodc-iafq": {"data_iafq_firearms_trafficking.xlsx": 11_032},
        "cbp-drugs": {"nationwide-drugs-fy19-fy22.csv": 10_092},
        "ctdc": {"CTDC_VPsynthetic_condensed.csv": 21_195},
        "iom-missing-migrants": {"MissingMigrants-Global-2026-05-06.csv": 238, "iom_europe.csv": 6_802},
    }
    reports = [report for of_source in further[1].values() for report in of_source]
    assert all(r.row_count_kept + r.row_count_quarantined == r.row_count_read for r in reports)


def test_only_victims_without_a_year_are_set_aside(further: Imported) -> None:
    rules = {source: [report.rules for report in reports if report.rules] for source, reports in further[1].items()}
    # the dictionary's sheet TabStat prints 3,655 missing of 21,195
    assert rules == {
        "unodc-iafq": [],
        "cbp-drugs": [],
        "ctdc": [{"no year is stated": 3_655}],
        "iom-missing-migrants": [],
    }


def test_names_resolve(further: Imported) -> None:
    unresolved = {source: sum(sum(r.unresolved.values()) for r in reports) for source, reports in further[1].items()}
    assert unresolved["unodc-iafq"] == unresolved["cbp-drugs"] == unresolved["ctdc"] == 0
    assert unresolved["iom-missing-migrants"] <= 0.002 * 6_802  # a sentence or a coordinate in the country's cell


def test_the_questionnaire_gives_every_country_and_breakdown_of_its_notes(further: Imported) -> None:
    rows = table(further, "observations", "unodc-iafq")
    waypoints = pq.read_table(release.current(further[0]).path("waypoints")).to_pandas()
    assert waypoints.loc[waypoints["obs_id"].isin(rows["obs_id"]), "place_id"].nunique() == 107
    assert (rows["date_start"].min().year, rows["date_start"].max().year) == (2004, 2021)
    counts = rows["commodity_raw"].value_counts()
    places = {"land borders": 126, "planes and airports": 128, "vessels and harbours": 121, "national territory": 175}
    assert {place: counts[f"Arms seized | by location | {place}"] for place in places} == places
    offences = counts[counts.index.str.startswith(CONTEXT)]
    assert offences.sum() == 563
    assert {
        name: offences[CONTEXT + name] for name in ("Drugs", "Violent crime", "Terrorism", "Other trafficking")
    } == {
        "Drugs": 97,
        "Violent crime": 87,
        "Terrorism": 43,
        "Other trafficking": 42,
    }
    assert rows["commodity"].notna().all()


def test_violent_crime_leads_drugs_in_africa_and_america_and_misfiled_outcomes_are_found(further: Imported) -> None:
    """GSFT 2020: violent crime is the most prominent of the two in Africa and in Latin America, R12."""
    rows = table(further, "observations", "unodc-iafq").set_index("obs_id")
    waypoints = pq.read_table(release.current(further[0]).path("waypoints")).to_pandas().set_index("obs_id")
    country = waypoints.loc[waypoints.index.isin(rows.index), "place_id"]
    region = country.map(gazetteer().places.set_index("place_id")["region"])
    seized = rows[rows["commodity_raw"].str.startswith("Arms seized")]
    sums = seized.groupby([region.reindex(seized.index), "commodity"])["quantity"].sum()
    for name in ("Africa", "Americas"):
        assert sums[name, "criminal context: violent crime"] > sums[name, "criminal context: drugs"]
    assert not rows["commodity"].str.contains("place of seizure: .*identifiable").any()


def test_events_and_pounds_sum_to_those_of_the_file(further: Imported, real_folder: Path) -> None:
    rows = table(further, "observations", "cbp-drugs")
    raw = pd.read_csv(next(real_folder.glob(FILES["cbp-drugs"])))
    assert rows["case_count"].sum() == raw["Count of Event"].sum()
    assert rows["quantity_kg"].sum() == pytest.approx(raw["Sum Qty (lbs)"].sum() * 0.45359237)
    days = rows["date_start"].min(), rows["date_end"].max()
    assert tuple(map(str, days)) == ("2018-10-01", "2022-09-30")  # fiscal years 2019 to 2022


def test_victims_with_perpetrators_make_no_total_and_keep_their_forms(further: Imported, real_folder: Path) -> None:
    rows = records(further[0], "ctdc")
    assert rows["is_subtotal"].all()
    assert table(further, "observations", "ctdc").empty
    raw = pd.read_csv(next(real_folder.glob(FILES["ctdc"])), dtype="str", keep_default_na=False)
    dated = raw[raw["yearRegister"] != ""]
    marked = rows["commodity_raw"].str.split(";").explode().value_counts()
    for form in ("isForcedLabour", "isSexualExploit"):
        assert marked[form] == (dated[form] == "1").sum()


def test_incidents_of_both_exports_count_once(further: Imported, real_folder: Path) -> None:
    paths = sorted(real_folder.glob(FILES["iom-missing-migrants"]))
    frames = [pd.read_csv(path, dtype="str", keep_default_na=False) for path in paths]
    incidents = table(further, "incidents", "iom-missing-migrants")
    assert len(incidents) == pd.concat([frame["Incident ID"] for frame in frames]).nunique()
    assert set(incidents["layer"]) == {"migrant_deaths"}
    assert incidents[["lon", "lat", "cell"]].notna().all(axis=None)


def test_the_toll_is_the_one_the_older_layout_prints(further: Imported, real_folder: Path) -> None:
    root, reports = further
    kept = [report for report in reports["iom-missing-migrants"] if report.source_file == "iom_europe.csv"]
    folders = [
        path for path in (root / "imports").glob("iom-*") if kept[0].source_file in (path / "import.json").read_text()
    ]
    toll = pd.concat(pd.read_parquet(folder / "incidents.parquet") for folder in folders)["killed_count"].sum()
    raw = pd.read_csv(real_folder / "iom_missing_migrants" / "iom_europe.csv", usecols=["No. dead/missing"])
    assert toll == raw["No. dead/missing"].sum()


def test_corridor_lines_are_all_there_and_on_the_right_side_of_the_globe(real_folder: Path) -> None:
    path = real_folder / "iom_missing_migrants" / "migration_routes_digitised.json"
    found = iom_corridors.corridors(path)
    assert found["line"].nunique() == 62
    assert len(found) == sum(
        len(line["coords"]) for line in json.loads(path.read_text(encoding="utf-8"))["ROUTE_LINES"]
    )
    canaries = found[found["route"].str.contains("Canary")].iloc[0]
    assert (canaries["lon"], canaries["lat"]) == (-17.4467, 14.6928)  # Dakar: west of Greenwich, north of the equator


def test_nothing_but_victims_can_become_a_flow(further: Imported) -> None:
    legs = pq.read_table(release.current(further[0]).path("legs")).to_pandas()
    assert legs.empty


def test_a_second_import_changes_nothing(further: Imported, real_folder: Path) -> None:
    root, before = further[0], contents(further[0])
    for source, pattern in FILES.items():
        again = importing.import_files(root, source, sorted(real_folder.glob(pattern)))
        assert not any(report.is_new for report in again)
    publish.publish(root)
    after = contents(root)
    assert {name: mark for name, mark in after.items() if name != "CURRENT"} == {
        name: mark for name, mark in before.items() if name != "CURRENT"
    }
