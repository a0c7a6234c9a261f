"""The app on a small synthetic store."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.window import ROOT, Ask, asker, served


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a small synthetic store."""
    folder = tmp_path_factory.mktemp("browser") / "store"
    command = [sys.executable, "-m", "dashboard.cli", "sample", "--out", str(folder), "--scale", "0.2"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=300)
    return folder


@pytest.fixture(scope="session")
def ask(store: Path) -> Ask:
    """Return a function that answers SQL over the tables of the release the app shows."""
    return asker(store)


@pytest.fixture(scope="session")
def address(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the app on the small store."""
    with served(store, tmp_path_factory.mktemp("log") / "streamlit.txt") as found:
        yield found
