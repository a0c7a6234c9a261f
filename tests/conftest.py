"""What several rooms' tests share: one small synthetic store, made once a run, and one Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from dashboard import importing, stores
from data import sample
from tests.browser.window import Visit, chromium, started, visiting

settings.register_profile("contraflow", deadline=None)  # no test is about speed
settings.load_profile("contraflow")
SHARED = ("browser", "real")
SCALE = 0.3  # planted corridors stand out from here on; see tests/data/test_sample.py


class Rooms(LoadScopeScheduling):  # type: ignore[misc]
    """Keeps in one process what shares a costly start: a file's tests, those of Chromium, those of published files."""

    def _split_scope(self, nodeid: str) -> str:
        file = Path(nodeid.partition("::")[0])
        if file.name == "test_browser.py":
            return "browser"
        return file.parent.name if file.parent.name in SHARED else str(file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Rooms:
    """Deal the tests out by room, where several processes run them."""
    return Rooms(config, log)


@pytest.fixture(scope="session")
def sample_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small synthetic store."""
    root = tmp_path_factory.mktemp("sample store")  # with a space, as users' folders have
    importing.make_sample(root, sample.DEFAULT_SEED, SCALE)
    return root


@pytest.fixture(scope="session")
def store(sample_root: Path) -> stores.Store:
    """Return the small synthetic store, open for questions."""
    return stores.opened(sample_root)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium, once: a second one in the same process is refused."""
    found = chromium()
    if not found:
        pytest.fail("No Chromium found: install the package chromium, or set CONTRAFLOW_CHROMIUM to its program.")
    with started(found) as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Open an empty page."""
    with visiting(browser) as seen:
        yield seen
