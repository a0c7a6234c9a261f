"""Take a picture of every page, on the built-in sample: on a laptop, on a phone, and dark; into docs/screens/.

Run it with ``make screens``. It serves the sample itself. The Chromium is CONTRAFLOW_CHROMIUM or the one on the path.
"""

import io
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

TOP = Path(__file__).parent.parent
OUT = Path(__file__).parent / "screens"
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
LOOKS = {"wide": (1440, 900, "light"), "phone": (390, 844, "light"), "dark": (1440, 900, "dark")}
CORRIDOR = "?corridor=city:MEX:guadalajara~city:USA:houston"
LINKS = {"corridor": CORRIDOR, "regions": "?by=period"}
HEADING = ", ".join(f"[data-testid=stMain] h{level}" for level in (1, 2, 3))
BUSY = ", ".join(f"[data-testid={name}]" for name in ("stStatusWidget", "stSpinner", "stSkeleton"))
AT_REST = f"!document.querySelector('{BUSY}')"
SETTLED_MS = 9_000  # software drawing needs seconds for the first frame
PATIENCE_MS = 180_000
COLOURS = 192  # of a picture: keeps it small, lines keep their hue, and text stays smooth
START_SECONDS = 60


def pages() -> list[str]:
    """Return the address of every page, in the app's order."""
    return re.findall(r'url_path="([^"]+)"', (TOP / "streamlit_app.py").read_text(encoding="utf-8"))


@contextmanager
def served() -> Iterator[str]:
    """Serve the sample on a free port for as long as the pictures take."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "dashboard.cli", "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=TOP, stdout=subprocess.DEVNULL) as running:  # noqa: S603 - our own program
        try:
            _wait_until_healthy(f"http://127.0.0.1:{port}/_stcore/health")
            yield f"http://127.0.0.1:{port}/"
        finally:
            running.terminate()


def _wait_until_healthy(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address
                return
        except OSError:
            time.sleep(0.3)
    raise SystemExit(f"The app did not answer at {url} within {START_SECONDS} s.")


def take(page: Page, address: str, name: str, look: str) -> None:
    """Save one picture of one page."""
    link = LINKS.get(name, "")
    page.goto(f"{address}{'' if name == 'explore' else name}{link}")
    page.wait_for_selector(HEADING, timeout=PATIENCE_MS)
    page.wait_for_timeout(1_500)
    page.wait_for_function(AT_REST, timeout=PATIENCE_MS)
    page.wait_for_timeout(SETTLED_MS)
    picture = Image.open(io.BytesIO(page.screenshot(timeout=PATIENCE_MS))).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(OUT / f"{name}-{look}.png", optimize=True)


def main(wanted: list[str]) -> None:
    """Save the pictures of these pages, or of all."""
    OUT.mkdir(exist_ok=True)
    chromium = os.environ.get("CONTRAFLOW_CHROMIUM") or shutil.which("chromium")
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for look, (width, height, scheme) in LOOKS.items():
            for name in wanted or pages():
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
                take(page, address, name, look)
                page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
