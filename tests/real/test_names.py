"""The alias table against the words publishers print; needs the folder named by CONTRAFLOW_REAL_DATA."""

import os
from pathlib import Path

import pandas as pd
import pytest

from data.places import gazetteer

FOLDER = os.environ.get("CONTRAFLOW_REAL_DATA")
pytestmark = pytest.mark.skipif(not FOLDER, reason="CONTRAFLOW_REAL_DATA names no folder of real files")

# States that are now several: no single successor is right, so the alias table leaves them unresolved.
FORMER_STATES = {"Netherlands Antilles"}


def resolved_share(label: str, names: pd.Series) -> float:
    """Return the share of rows whose name resolves, of those that name a place; print the rest."""
    known = gazetteer()
    named = names[~names.map({name: known.is_no_place(name) for name in names.unique()}).astype(bool)]
    lost = named[known.countries(named).isna()].value_counts()
    share = 1 - lost.sum() / len(named)
    print(f"{label}: {share:.3%} of {len(named)} rows; unresolved: {lost.to_dict()}")  # noqa: T201
    return float(share)


def of(folder: str, file: str) -> Path:
    path = Path(str(FOLDER)) / folder / file
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


@pytest.mark.parametrize("column", ["COUNTRY", "PRODUCING_COUNTRY", "DEPARTURE_COUNTRY", "DESTINATION_COUNTRY"])
def test_seizure_countries_resolve(column: str) -> None:
    frame = pd.read_parquet(of("unodc_ids", "unodc_ids_2011_2015.parquet"), columns=[column])
    names = frame[column].replace("", None).dropna()
    assert resolved_share(f"IDS {column}", names) >= (1.0 if column == "COUNTRY" else 0.995)
    lost = names[gazetteer().countries(names).isna()]
    assert {name for name in lost.unique() if not gazetteer().is_no_place(name)} <= FORMER_STATES


@pytest.mark.parametrize("dimension", ["by citizenship", "by country of repatriation"])
def test_trafficking_citizenships_resolve(dimension: str) -> None:
    frame = glotip()
    assert resolved_share(f"GLOTIP {dimension}", frame.loc[frame["Dimension"] == dimension, "Category"]) >= 0.99


def test_trafficking_countries_resolve() -> None:
    assert resolved_share("GLOTIP Country", glotip()["Country"]) == 1.0


def test_trafficking_countries_resolve_to_the_printed_code() -> None:
    frame = glotip()[["Iso3_code", "Country"]].drop_duplicates()
    ours = gazetteer().countries(frame["Country"])
    printed = gazetteer().countries(frame["Iso3_code"])
    assert (ours[printed.notna()] == printed.dropna()).all()


def test_firearms_countries_resolve_to_the_printed_code() -> None:
    path = of("unodc_firearms_iafq", "data_iafq_firearms_trafficking.xlsx")
    frame = pd.read_excel(path, header=2, dtype="str", keep_default_na=False, engine="calamine")
    assert resolved_share("IAFQ Country", frame["Country"]) == 1.0
    assert (gazetteer().countries(frame["Country"]) == frame["Iso3_code"]).all()


@pytest.mark.parametrize(
    "file",
    [
        "ucdp_ged211_compact_1989_2020.parquet",
        "ucdp_ged_mexico_1989_2023.parquet",
        "ucdp_ged_global_sample_1000_official_layout.csv",
    ],
)
def test_violence_countries_resolve(file: str) -> None:
    path = of("ucdp_ged", file)
    frame = pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, low_memory=False)
    assert resolved_share(f"UCDP {file}", frame["country"]) == 1.0


@pytest.mark.parametrize("file", ["MissingMigrants-Global-2026-05-06.csv", "iom_europe.csv"])
def test_migrants_countries_of_origin_resolve_one_by_one(file: str) -> None:
    frame = pd.read_csv(of("iom_missing_migrants", file), dtype="str", keep_default_na=False)
    names = frame["Country of Origin"].str.split(",").explode().str.strip()
    assert resolved_share(f"IOM {file}", names) == 1.0


@pytest.mark.parametrize("column", ["SOURCE STATE", "RECOVERY STATE"])
def test_trace_states_resolve(column: str) -> None:
    frame = pd.read_parquet(of("atf_traces_us", "atf_traces_long_labels_as_published.parquet"))
    found = [name for name in frame.columns if str(name).upper().replace("_", " ").startswith(column)]
    names = frame[found[0]].drop_duplicates().astype("str")
    lost = names[gazetteer().divisions(names, "USA").isna()]
    print(f"ATF {column}: unresolved {sorted(lost)}")  # noqa: T201
    assert {name for name in lost if "TOTAL" not in name.upper()} <= {"CANADA", "GUAM & NORTHERN MARIANA ISLANDS"}


def glotip() -> pd.DataFrame:
    path = of("unodc_glotip", "data_glotip.xlsx")
    return pd.read_excel(path, header=2, dtype="str", keep_default_na=False, engine="calamine")
