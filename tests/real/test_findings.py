"""What the published files must give: row counts and sums their publishers print, and findings of the literature."""

import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from dashboard import assemble, importing, publish, relations, stores
from dashboard.cli import main
from dashboard.filters import Filters
from dashboard.relations import Draws
from dashboard.stores import Store
from data import release
from data.store import ImportReport
from tests.real.conftest import records

Imported = tuple[Path, dict[str, list[ImportReport]]]
ATF_GRAND_TOTALS = {  # as ATF prints them
    2010: 145_604,
    2012: 156_346,
    2014: 170_344,
    2015: 190_538,
    2016: 211_384,
    2017: 239_175,
    2018: 254_700,
    2020: 306_686,
}
EUROPE = Filters(layers=("drugs",), region=("Europe",), kappa=1.0)


def table(store: Store, name: str) -> pd.DataFrame:
    frame: pd.DataFrame = pq.read_table(store.release.path(name)).to_pandas()
    return frame


def test_every_file_is_read_whole(imported: Imported) -> None:
    read = {source: sum(report.row_count_read for report in reports) for source, reports in imported[1].items()}
    assert read["unodc-ids"] == 263_485
    assert read["unodc-glotip"] == 58_769
    assert read["ucdp-ged"] == 18_957 + 1_000 + 176_579
    assert read["atf-international"] == 39
    for source, reports in imported[1].items():
        if source != "atf-international":  # one printed total gives two records there
            assert all(r.row_count_kept + r.row_count_quarantined == r.row_count_read for r in reports), source


def test_atf_cells_sum_to_every_printed_grand_total(real_store: Store) -> None:
    traces = table(real_store, "observations").query("source_id == 'atf-traces'")
    sums = traces.groupby(pd.to_datetime(traces["date_start"]).dt.year)["case_count"].sum()
    assert sums.to_dict() == ATF_GRAND_TOTALS


def test_only_six_row_totals_of_2012_differ_by_up_to_three(imported: Imported) -> None:
    notes = {report.source_file: report.notes for report in imported[1]["atf-traces"]}
    assert {file: len(told) for file, told in notes.items() if told} == {"trace_2012.xlsx": 6}
    assert all(told.startswith("row ") for told in notes["trace_2012.xlsx"])


def test_long_and_matrix_form_of_the_traces_do_not_count_twice(imported: Imported, real_folder: Path) -> None:
    root = imported[0]
    before = stores.opened(root)
    long_form = real_folder / "atf_traces_us" / "atf_traces_long_labels_as_published.parquet"
    importing.import_files(root, "atf-traces", [long_form])
    publish.publish(root)
    after = stores.opened(root)
    assert after.release.id != before.release.id
    chosen = Filters(layers=("firearms",))
    sums = [assemble.flows(store, chosen)["record_count"].sum() for store in (before, after)]
    assert sums[0] == sums[1]


def test_names_resolve(imported: Imported) -> None:
    unresolved = {source: sum(sum(r.unresolved.values()) for r in reports) for source, reports in imported[1].items()}
    assert unresolved["unodc-ids"] <= 0.005 * 263_485
    assert unresolved["unodc-glotip"] <= 0.01 * 8_851
    assert unresolved["atf-traces"] == unresolved["ucdp-ged"] == 0


def test_suppressed_counts_are_ranges(imported: Imported) -> None:
    victims = records(imported[0], "unodc-glotip")
    hidden = victims[victims["is_suppressed"]]
    assert set(zip(hidden["case_count"], hidden["case_count_high"], strict=True)) == {(1, 4)}
    assert len(hidden) > 0.4 * len(victims)


def test_victims_leave_only_as_cells(real_store: Store, imported: Imported) -> None:
    cells = table(real_store, "observations").query("layer == 'human_trafficking'")
    assert len(cells) > 1000
    assert ((cells["case_count"] >= 10) & (cells["case_count"] % 10 == 0) & (cells["source_row"] == 0)).all()
    kept = records(imported[0], "unodc-glotip").query("not is_subtotal")["case_count"].sum()
    assert 0.8 * kept < cells["case_count"].sum() < kept


def test_heroin_goes_west_and_cocaine_east_across_europe(real_store: Store) -> None:
    """Chandra and Joba 2015: published finding; about 80 and 78 per cent of legs, R1."""
    east = {}
    for drug in ("heroin", "cocaine"):
        flows = assemble.flows(real_store, Filters(**{**vars(EUROPE), "commodity": (f"drugs:{drug}",)}))
        is_east = flows["destination_lon"] > flows["origin_lon"]
        east[drug] = flows.loc[is_east, "record_count"].sum() / flows["record_count"].sum()
    assert east["heroin"] == pytest.approx(0.20, abs=0.05)
    assert east["cocaine"] == pytest.approx(0.78, abs=0.02)


def test_the_contrast_across_europe_is_inverse_and_explained_by_hubs(real_store: Store) -> None:
    """R1: Omega about -.3, no surprise beyond hubs; its polarity p below .1 is not met (.74 here)."""
    found = assemble.comparison(real_store, EUROPE, ("drugs:heroin", "drugs:cocaine"), Draws(199, 1))
    tested = assemble.null_test(real_store, EUROPE, ("drugs:heroin", "drugs:cocaine"), 199, 1)
    assert tested is not None
    assert -0.4 <= found.result.omega <= -0.2
    assert found.omega_interval[1] < 0
    assert tested.system.full_margin["omega"].p > 0.2
    sentence = relations.finding(found.result, tested)
    assert sentence.startswith("Inverse on ")
    assert "between countries, not shown to be more than the hubs of the two layers and distance give" in sentence


@pytest.mark.parametrize("opiates", ["drugs:heroin", "drugs:opiates"])
@pytest.mark.parametrize("kappa", [0.5, 1.0])
def test_heroin_and_cocaine_are_inverse_across_europe(real_store: Store, opiates: str, kappa: float) -> None:
    chosen = Filters(region=("Europe",), kappa=kappa)
    result, corridors, *_ = assemble.comparison(real_store, chosen, (opiates, "drugs:cocaine"), Draws(0, 1))
    assert result.omega < 0
    assert result.shares["inverse"] > result.shares["common"]
    assert (corridors["label"] == "INVERSE").sum() > (corridors["label"] == "COMMON").sum()


@pytest.mark.parametrize(
    ("origin", "destination", "there", "back"),
    [("VA", "NY", 3_743, 163), ("GA", "NY", 3_675, 197), ("IN", "IL", 10_897, 868)],
)
def test_firearms_run_one_way_between_states(
    real_store: Store, origin: str, destination: str, there: int, back: int
) -> None:
    """The Iron Pipeline (New York Attorney General 2016); counts of the eight years at hand."""
    flows = assemble.flows(real_store, Filters(layers=("firearms",), region=("USA",)))
    counts = flows.set_index(["origin_id", "destination_id"])["record_count"]
    assert (counts[f"US-{origin}", f"US-{destination}"], counts[f"US-{destination}", f"US-{origin}"]) == (there, back)


def test_traces_abroad_start_in_the_united_states(real_store: Store) -> None:
    flows = assemble.flows(real_store, Filters(layers=("firearms",))).set_index(["origin_id", "destination_id"])
    # 209 traced in 2020 at 98.6 per cent, 238 at 99.2, 331 at 98.2, 271 at 98.2, 240 at 98.8: each rounded, then summed
    assert flows["record_count"]["USA", "BHS"] == 206 + 236 + 325 + 266 + 237


def test_overlapping_event_files_are_counted_once(real_store: Store, real_folder: Path) -> None:
    ids = [
        pd.read_parquet(real_folder / "ucdp_ged" / name, columns=["id"])["id"]
        for name in ("ucdp_ged_mexico_1989_2023.parquet", "ucdp_ged211_compact_1989_2020.parquet")
    ]
    ids.append(
        pd.read_csv(real_folder / "ucdp_ged" / "ucdp_ged_global_sample_1000_official_layout.csv", usecols=["id"])["id"]
    )
    incidents = table(real_store, "incidents")
    assert len(incidents) == pd.concat(ids).nunique()
    mexico = incidents[incidents["incident_id"].isin("ucdp-ged:" + ids[0].astype("str"))]
    assert len(mexico) == 18_957
    assert mexico["precision"].notna().all()  # the row of the file that knows the precision was kept
    assert mexico["precision"].isin(["admin2", "admin1", "country"]).mean() == pytest.approx(0.246, abs=0.02)


def test_release_is_what_its_manifest_says(real_store: Store) -> None:
    assert release.verify(real_store.release) == []
    assert not real_store.is_synthetic


def test_importing_the_published_files_again_changes_nothing(imported: Imported, real_folder: Path) -> None:
    root = imported[0]
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}
    again = importing.import_files(root, "unodc-ids", sorted(real_folder.glob("unodc_ids/*.parquet")))
    assert [report.is_new for report in again] == [False]
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()} == before


def test_an_xlsx_of_another_source_is_refused(
    imported: Imported, real_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workbook = real_folder / "unodc_firearms_iafq" / "data_iafq_firearms_trafficking.xlsx"
    for source in ("atf-traces", "unodc-glotip"):
        assert main(["import", source, str(workbook), "--store", str(imported[0])]) == 3
        told = capsys.readouterr().err
        assert workbook.name in told
        assert told.count("\n") == 1


def test_compare_on_europe_prints_the_finding(imported: Imported, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = [
        "compare",
        "--store",
        str(imported[0]),
        "--layers",
        "drugs:opiates,drugs:cocaine",
        "--region",
        "Europe",
    ]
    assert main([*arguments, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["omega"] < 0
    assert told["is_synthetic"] is False
