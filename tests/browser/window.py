"""A running app, and a Chromium that counts what it draws and whom it asks: what tests in a browser share."""

import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, ElementHandle, Page, Request, expect, sync_playwright

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",
]
# Counts draw calls by instance count: 40 is the arrows of one layer of 40 flows.
HOOK = """
window.__drawn = {};
for (const name of ['drawArraysInstanced', 'drawElementsInstanced']) {
  const plain = WebGL2RenderingContext.prototype[name];
  WebGL2RenderingContext.prototype[name] = function (...args) {
    const count = args[args.length - 1];
    window.__drawn[count] = (window.__drawn[count] || 0) + 1;
    return plain.apply(this, args);
  };
}
"""
PATIENCE_MS = 90_000
CHART = '[data-testid="stDeckGlJsonChart"] canvas'
Ask = Callable[[str], list[tuple[Any, ...]]]
START_SECONDS = 60
expect.set_options(timeout=PATIENCE_MS)
OWN = ("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")
# Opened by a link to a page, Streamlit's own script first looks for its server below that page's path, then at the
# root (buildPossibleBaseUris, seen in Streamlit 1.67): the two answers 404 are part of every such start.
PROBES = ("/_stcore/health", "/_stcore/host-config")


@dataclass
class Visit:
    """One page with what it asked of other hosts and what it complained of."""

    page: Page
    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def note_request(self, request: Request) -> None:
        """Keep the address of a request that leaves this machine."""
        if not request.url.startswith(OWN):
            self.outside.append(request.url)

    def note_console(self, message: ConsoleMessage) -> None:
        """Keep an error of the browser's console."""
        if message.type == "error" and not str(message.location.get("url", "")).endswith(PROBES):
            self.complaints.append(message.text)


def at_rest(page: Page) -> None:
    """Wait until no rerun is under way."""
    page.wait_for_timeout(700)
    page.wait_for_function("!document.querySelector('[data-testid=stStatusWidget]')")
    page.wait_for_timeout(1200)


def arrived(visit: Visit, url: str, heading: str) -> Page:
    """Open a page, wait for one of its headings and until it is at rest."""
    visit.page.goto(url)
    visit.page.get_by_role("heading", name=heading).first.wait_for()
    at_rest(visit.page)
    return visit.page


def unfold(page: Page, title: str) -> None:
    """Open a panel and wait until it has grown: a press goes astray where the button moves under the pointer."""
    page.get_by_text(title).click()
    at_rest(page)


def main(page: Page) -> str:
    """Return what the page says beside the filter bar."""
    return page.locator('[data-testid="stMain"]').inner_text()


def number(text: str) -> int:
    """Return a whole number with thousands separators."""
    return int(text.replace(",", ""))


TABLE_BELOW = """heading => { const heads = [...document.querySelectorAll('h3, p strong')];
const head = heads.find(h => h.innerText.startsWith(heading));
return head && [...document.querySelectorAll('[data-testid=stDataFrame]')].find(
  t => head.compareDocumentPosition(t) & Node.DOCUMENT_POSITION_FOLLOWING) }"""


def table_below(page: Page, heading: str) -> ElementHandle:
    """Return the accessible copy of the first table below a heading, scrolled to and drawn."""
    frame = page.wait_for_function(TABLE_BELOW, arg=heading).as_element()
    assert frame
    frame.scroll_into_view_if_needed()
    row = frame.wait_for_selector("canvas table tbody tr", state="attached")
    assert row
    table = row.evaluate_handle("row => row.closest('table')").as_element()
    assert table
    return table


def rows_below(page: Page, heading: str) -> list[list[str]]:
    """Return the cells of the rows in view of the first table below a heading."""
    rows: list[list[str]] = table_below(page, heading).evaluate(
        "t => [...t.querySelectorAll('tbody tr')].map(row => [...row.children].map(cell => cell.innerText))"
    )
    return rows


def row_count_below(page: Page, heading: str) -> int:
    """Return how many rows the first table below a heading has, in view or not."""
    return int(table_below(page, heading).get_attribute("aria-rowcount") or "0") - 1  # the headings are a row


def opened(visit: Visit, url: str) -> Page:
    """Open the page and wait until the map has drawn and the app is at rest."""
    visit.page.goto(url)
    visit.page.wait_for_selector(CHART)
    visit.page.wait_for_function("Object.keys(window.__drawn).length > 4")
    at_rest(visit.page)
    return visit.page


def drawn(page: Page) -> set[int]:
    """Return the instance counts of one freshly drawn frame: as many as the flows of a layer are its arrows."""
    page.evaluate("window.__drawn = {}")
    box = page.locator(CHART).first.bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.wheel(0, -1)
    page.wait_for_function("Object.keys(window.__drawn).length > 0")
    page.wait_for_timeout(1500)
    return {int(count) for count in page.evaluate("Object.keys(window.__drawn)")}


def picture(page: Page) -> np.ndarray:
    """Return the pixels of the map."""
    return np.asarray(Image.open(io.BytesIO(page.locator(CHART).first.screenshot())).convert("RGB"), dtype=int)


def near(pixels: np.ndarray, colour: str, reach: int = 30) -> int:
    """Return how many pixels are close to a colour."""
    wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
    return int((np.abs(pixels - wanted).max(axis=2) < reach).sum())


def asker(store: Path) -> Ask:
    """Return a function that answers SQL over the tables of the release the app shows."""
    release = store / "releases" / (store / "CURRENT").read_text(encoding="utf-8").strip()
    con = duckdb.connect()
    for path in release.glob("*.parquet"):
        con.read_parquet(str(path)).create_view(path.stem)
    return lambda sql: con.execute(sql).fetchall()


@contextmanager
def served(store: Path, log: Path) -> Iterator[str]:
    """Run the app on a store, on a free port, and give its address."""
    port = _free_port()
    command = [sys.executable, "-m", "dashboard.cli", "serve", "--store", str(store), "--port", str(port)]
    with log.open("w") as out:
        running = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out)
        try:
            _wait_until_healthy(f"http://127.0.0.1:{port}/_stcore/health", log)
            yield f"http://127.0.0.1:{port}/"
        finally:
            running.terminate()
            running.wait(timeout=20)


def chromium() -> str | None:
    """Return the program of Chromium: the variable CONTRAFLOW_CHROMIUM, or the one on the path; None without one."""
    return os.environ.get("CONTRAFLOW_CHROMIUM") or shutil.which("chromium")


@contextmanager
def started(program: str, flags: Sequence[str] = FLAGS) -> Iterator[Browser]:
    """Start Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(flags))
        yield browser
        browser.close()


@contextmanager
def visiting(browser: Browser) -> Iterator[Visit]:
    """Open an empty page at a laptop's size that records requests, complaints and draw calls."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(HOOK)
    seen = Visit(page)
    page.on("request", seen.note_request)
    page.on("console", seen.note_console)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    yield seen
    page.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # our own address
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"The app did not answer at {url} within {START_SECONDS} s: {log.read_text()[-2000:]}")
