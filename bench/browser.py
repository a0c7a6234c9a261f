"""What a reader waits for on the Explore page, in a real browser: first paint, a filter, the map's message.

``python -m bench.browser STORE`` from the project's root, for example on store/sample. Each figure is the median of
RUNS, none of them asserted: software drawing and a busy machine make it longer, so the load average stands beside it.
Every run asks for a choice the server has not answered before.
"""

import os
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, WebSocket

from tests.browser.window import PATIENCE_MS, chromium, served, started

RUNS = 5
AIMS = {"first paint, s": 2.5, "filter to redrawn map, s": 1.0, "largest message, MB": 1.0}
# notes when a batch of so many instances was first drawn: as many as the arrows of one layer
CLOCK = """
window.__at = {};
for (const name of ['drawArraysInstanced', 'drawElementsInstanced']) {
  const plain = WebGL2RenderingContext.prototype[name];
  WebGL2RenderingContext.prototype[name] = function (...args) {
    const count = args[args.length - 1];
    if (!(count in window.__at)) window.__at[count] = performance.now();
    return plain.apply(this, args);
  };
}
"""
SHOWN = "name => +(document.querySelector('[data-testid=stMain]').innerText.match(name + ': showing ([0-9,]+)')||[])[1]"
DRAWN = f"name => {{ const count = ({SHOWN})(name); return count && window.__at[count] }}"


def first_paint(page: Page, address: str, run: int) -> float:
    """Return the seconds from asking for the page until its firearms are drawn."""
    page.goto(f"{address}?layers=firearms,drugs&min_count={run + 2}")
    return float(page.wait_for_function(DRAWN, arg="Firearms").json_value()) / 1000


def redrawn(page: Page) -> float:
    """Return the seconds from switching a layer on until its flows are drawn."""
    page.wait_for_timeout(3000)
    switch = page.locator(".st-key-layer_human_trafficking label")
    page.evaluate("window.__at = {}")
    before = float(page.evaluate("performance.now()"))
    switch.click()
    return (float(page.wait_for_function(DRAWN, arg="Human trafficking").json_value()) - before) / 1000


def visited(browser: Browser, address: str, run: int) -> tuple[float, float, float]:
    """Return first paint, filter and largest message of one visit."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(CLOCK)
    sizes = [0]

    def heard(socket: WebSocket) -> None:
        socket.on("framereceived", lambda payload: sizes.append(len(payload)))

    page.on("websocket", heard)
    found = first_paint(page, address, run), redrawn(page)
    page.close()
    return (*found, max(sizes) / 1e6)


def main(store: Path) -> None:
    """Print the median of every figure beside its aim."""
    program = chromium()
    if not program:
        sys.exit("No Chromium found: install the package chromium, or set CONTRAFLOW_CHROMIUM to its program.")
    log = Path(tempfile.mkdtemp()) / "streamlit.txt"
    with served(store, log) as address, started(program) as browser:
        visited(browser, address, RUNS)  # the server opens its store once
        runs = [visited(browser, address, run) for run in range(RUNS)]
    for (name, aim), values in zip(AIMS.items(), zip(*runs, strict=True), strict=True):
        sys.stdout.write(
            f"{name}: median {statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f}), aim {aim:g}\n"
        )
    sys.stdout.write(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
