"""The published files, imported and released once a run; skipped where the folder is not named."""

import os
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from dashboard import importing, publish, stores
from data import store
from data.store import ImportReport

VARIABLE = "CONTRAFLOW_REAL_DATA"
FILES = {
    "atf-traces": "atf_traces_us/trace_*.xlsx",
    "atf-international": "atf_international_compiled/*.csv",
    "unodc-ids": "unodc_ids/*.parquet",
    "unodc-glotip": "unodc_glotip/*.xlsx",
    "ucdp-ged": "ucdp_ged/ucdp_*",
}


def records(root: Path, source: str) -> pd.DataFrame:
    """Return the records of a source's imports; a release tells those about victims as cells only."""
    folders = [folder for folder in store.imports(root) if store.report(folder).source_id == source]
    found: pd.DataFrame = pd.concat([pq.read_table(path / "observations.parquet").to_pandas() for path in folders])
    return found


@pytest.fixture(scope="session")
def real_folder() -> Path:
    """Return the folder of published files."""
    named = os.environ.get(VARIABLE)
    if not named:
        pytest.skip(f"{VARIABLE} is not set: no published files to test on")
    return Path(named)


@pytest.fixture(scope="session")
def imported(real_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[ImportReport]]]:
    """Return a store with all five sources, released, and the import reports by source."""
    root = tmp_path_factory.mktemp("real")
    reports = {
        source: importing.import_files(root, source, sorted(real_folder.glob(pattern)))
        for source, pattern in FILES.items()
    }
    publish.publish(root)
    return root, reports


@pytest.fixture(scope="session")
def real_store(imported: tuple[Path, dict[str, list[ImportReport]]]) -> stores.Store:
    """Return the store of published files, open for questions."""
    return stores.opened(imported[0])
