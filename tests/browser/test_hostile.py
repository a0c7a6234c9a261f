"""Hostile words in every text column, in a real browser: nothing runs, nobody is called, the map draws."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dashboard import cli
from tests.browser.window import Visit, at_rest, served
from tests.dashboard.test_new_layer import JOURNEYS, MAP, rows
from tests.data import files

PAGES = ("", "corridor", "hubs", "time", "modus-operandi", "coverage")


class Beacon(BaseHTTPRequestHandler):
    """Counts who calls."""

    hits: list[str] = []  # noqa: RUF012  # shared by all calls on purpose

    def do_GET(self) -> None:  # noqa: N802  # the library's name
        """Note the call."""
        self.hits.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def beacon() -> Iterator[str]:
    """Listen on a port of this machine, and give its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Beacon)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def hostile(beacon: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run the app on a store in which records have payloads in every text column, and give its address."""
    folder = tmp_path_factory.mktemp("hostile")
    payloads = (
        "@@=window.__pwn=1",
        "@@#x",
        "<img src=x onerror='window.__pwn=1'>",
        "</script><script>window.__pwn=1</script>",
        "<iframe srcdoc='<script>parent.__pwn=1</script>'></iframe>",
        "[x](javascript:window.__pwn=1)",
        f"![b]({beacon}/image)",
        f"<img src={beacon}/tag>",
    )
    made = rows(JOURNEYS)
    bad = [{**made[0], "Species": word, "From town": word, "Town": word} for word in payloads]
    path = files.table(folder / "own.csv", [*made, *bad])
    (folder / "MAP.toml").write_text(MAP, encoding="utf-8")
    assert cli.main(["import", "--map", str(folder / "MAP.toml"), str(path), "--store", str(folder / "store")]) == 0
    assert cli.main(["release", "--store", str(folder / "store")]) == 0
    with served(folder / "store", folder / "streamlit.txt") as address:
        yield address


@pytest.mark.parametrize("name", PAGES)
def test_checks_8_to_10_words_of_the_data_run_nothing_and_call_nobody(visit: Visit, hostile: str, name: str) -> None:
    page = visit.page
    page.goto(f"{hostile}{name}")
    page.locator("[data-testid=stMain] h3, [data-testid=stMain] [data-testid=stAlert]").first.wait_for()
    at_rest(page)
    canvas = page.locator("[data-testid=stDeckGlJsonChart] canvas")
    if not name:
        page.wait_for_function("Object.keys(window.__drawn).length > 0")
        box = canvas.first.bounding_box()
        assert box
        for step in range(1, 10):  # over the flows, for their tooltips
            page.mouse.move(box["x"] + box["width"] * step / 10, box["y"] + box["height"] / 2)
    assert page.evaluate("window.__pwn") is None
    assert visit.complaints == []
    assert visit.outside == []
    assert Beacon.hits == []
    assert "not allowed in JSON" not in page.inner_text("body")
