"""What a reader waits for on the Explore page, in a real browser, and where the time goes.

``python -m bench.browser STORE [BACKEND]`` from the project's root, for example on store/sample. BACKEND is how
Chromium draws without a graphics card: ``swiftshader``, which it brings along, or ``gl-egl``, which is Mesa's llvmpipe
where the system has it. Each figure is the median of RUNS, none of them asserted: software drawing and a busy machine
make it longer, so the load average stands beside it.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from dashboard import assemble, layers, levels, stores
from dashboard.filters import Filters
from queries import run
from tests.browser.window import FLAGS, PATIENCE_MS, chromium, served, started

RUNS = 5
AIMS = {"first paint, s": 2.5, "filter to new map, s": 1.0, "largest message, MB": 1.0}
PARTS = ("message here", "drawing asked for", "drawn")
# Notes when the map's message came and how large the largest was, when a batch of so many instances was first asked for
# (as many as the arrows of one layer), and when the processor that draws was done with it.
CLOCK = """
window.__asked = {}; window.__done = {}; window.__message = [0, 0];
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...args) {
    super(...args);
    this.addEventListener('message', event => {
      const size = event.data.byteLength || 0;
      const isMap = size && new TextDecoder('latin1').decode(event.data).includes('basemap-land');
      window.__message = [isMap ? performance.now() : window.__message[0], Math.max(size, window.__message[1])];
    });
  }
};
for (const name of ['drawArraysInstanced', 'drawElementsInstanced']) {
  const plain = WebGL2RenderingContext.prototype[name];
  WebGL2RenderingContext.prototype[name] = function (...args) {
    const count = args[args.length - 1];
    if (!(count in window.__asked)) {
      window.__asked[count] = performance.now();
      queueMicrotask(() => {
        const fence = this.fenceSync(this.SYNC_GPU_COMMANDS_COMPLETE, 0);
        const look = () => {
          if (this.getSyncParameter(fence, this.SYNC_STATUS) !== this.SIGNALED) setTimeout(look, 10);
          else window.__done[count] = performance.now();
        };
        setTimeout(look, 5);
      });
    }
    return plain.apply(this, args);
  };
}
"""
SHOWN = "+(document.querySelector('[data-testid=stMain]').innerText.match(name + ': showing ([0-9,]+)')||[])[1]"
DRAWN = f"""name => {{ const count = {SHOWN};
return count && window.__done[count] && [window.__message[0], window.__asked[count], window.__done[count]] }}"""
RESET = "window.__asked = {}; window.__done = {}; window.__message = [0, 0]; performance.now()"

Moments = tuple[float, float, float]


def _moments(page: Page, layer: str, before_ms: float) -> Moments:
    """Return the seconds from a moment until the map's message came, its drawing was asked for, and done."""
    message, asked, done = page.wait_for_function(DRAWN, arg=layer).json_value()
    return (message - before_ms) / 1000, (asked - before_ms) / 1000, (done - before_ms) / 1000


def visited(browser: Browser, address: str, number: int) -> tuple[Moments, Moments, float]:
    """Return first paint, switching a layer on, and the largest message in MB, of one visit.

    The first is of what the server has answered before, in a browser that keeps nothing from the visit before; the
    second of a choice the server has not answered.
    """
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(CLOCK)
    page.goto(f"{address}?layers=firearms,drugs")
    first, size = _moments(page, "Firearms", 0.0), float(page.evaluate("window.__message[1]"))
    page.goto(f"{address}?layers=firearms,drugs&min_count={number + 2}")
    _moments(page, "Firearms", 0.0)
    page.wait_for_timeout(6000)  # until nothing is left to do
    before = float(page.evaluate(RESET))
    page.locator(".st-key-layer_human_trafficking label").click()
    filtered = _moments(page, "Human trafficking", before)
    size = max(size, float(page.evaluate("window.__message[1]")))
    page.close()
    return first, filtered, size / 1e6


def split(opened: stores.Store, chosen: Filters) -> dict[str, float]:
    """Return the seconds one new choice takes before its message leaves: queries, geometry, serialising."""
    spent = [0.0]
    plain = run.rows

    def timed(*args: Any, **params: Any) -> Any:
        began = time.perf_counter()
        try:
            return plain(*args, **params)
        finally:
            spent[0] += time.perf_counter() - began

    run.rows = timed
    try:
        whole, seen = _timed(lambda: assemble.explore(opened, chosen))
    finally:
        run.rows = plain
    camera = layers.first_camera(seen)
    drawn = levels.seen(seen, levels.automatic(seen, camera["zoom"]))
    serialised, _ = _timed(lambda: layers.deck_of(drawn, layers.RELATIONS, None, camera).to_json())
    return {"query": spent[0], "geo": whole - spent[0], "serialise": serialised}


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def _told(values: list[float]) -> str:
    return f"median {statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def main(store: Path, backend: str = "swiftshader") -> None:
    """Print the median of every figure beside its aim, and its parts."""
    program = chromium()
    if not program:
        sys.exit("No Chromium found: install the package chromium, or set CONTRAFLOW_CHROMIUM to its program.")
    flags = [flag for flag in FLAGS if not flag.startswith("--use-angle=")]
    flags.append("--ignore-gpu-blocklist")  # llvmpipe is on it
    log = Path(tempfile.mkdtemp()) / "streamlit.txt"
    with served(store, log) as address, started(program, [*flags, f"--use-angle={backend}"]) as browser:
        visited(browser, address, RUNS)  # the server opens its store once
        first, filtered, sizes = zip(*(visited(browser, address, number) for number in range(RUNS)), strict=True)
    waits = ([moments[-1] for moments in first], [moments[-1] for moments in filtered], list(sizes))
    for (name, aim), values in zip(AIMS.items(), waits, strict=True):
        sys.stdout.write(f"{name}: {_told(list(values))}, aim {aim:g}\n")
    for name, moments in (("first paint", first), ("filter", filtered)):
        parts = [f"{part} {_told(list(at))}" for part, at in zip(PARTS, zip(*moments, strict=True), strict=True)]
        sys.stdout.write(f"{name}, s since asked: {'; '.join(parts)}\n")
    opened = stores.opened(store)
    splits = [split(opened, Filters(min_count=number + 2)) for number in range(RUNS + 1)][1:]
    told = [f"{name} {_told([each[name] for each in splits])}" for name in splits[0]]
    sys.stdout.write(f"before the message, s, nothing kept from other choices: {'; '.join(told)}\n")
    sys.stdout.write(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, drawn by {backend}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
