"""Take the pictures of this folder from the app, running on the built-in sample.

Run from the top of the project while ``make run`` is serving, with the test tools installed:
``python docs/make_screenshots.py http://127.0.0.1:8501``. The Chromium is CONTRAFLOW_CHROMIUM or the one on the path.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
CORRIDOR = "?corridor=city:MEX:guadalajara~city:USA:houston&region=Americas"
PICTURES = {
    "explore.png": ("", 1440, 900, 0),
    "explore-phone.png": ("", 390, 844, 0),
    "evidence.png": (CORRIDOR, 1440, 900, 640),
}
SETTLED_MS = 9_000  # software drawing needs seconds for the first frame


def take(page: Page, address: str, name: str) -> None:
    """Save one picture."""
    link, width, height, down_px = PICTURES[name]
    page.set_viewport_size({"width": width, "height": height})
    page.goto(address + link)
    page.wait_for_selector('[data-testid="stDeckGlJsonChart"] canvas', timeout=60_000)
    page.wait_for_timeout(SETTLED_MS)
    page.evaluate(f"document.querySelector('[data-testid=stMain]').scrollTo(0, {down_px})")
    page.wait_for_timeout(1_500)
    page.screenshot(path=HERE / name)


def main(address: str) -> None:
    """Save every picture."""
    chromium = os.environ.get("CONTRAFLOW_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name in PICTURES:
            take(browser.new_page(), address, name)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/") + "/")
