"""A brief on paper: at most two pages of A4, tagged, with fonts inside; nothing is fetched."""

import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from dashboard import brief_html
from dashboard.brief import Brief
from data.errors import SnapshotError

SIZES_PT = (9.5, 9.0, 8.5, 8.0, 7.5, 7.0)  # of the text: the largest at which all fits
MOST_PAGES = 2
NO_ROOM = "The notes do not fit on two pages; the slides and the HTML list them."
FACES = {"DejaVuSans.ttf": "normal", "DejaVuSans-Bold.ttf": "bold"}


def pdf(brief: Brief) -> bytes:
    """Return the brief as a PDF (PDF/UA-1), the same bytes for the same brief.

    Raises:
        SnapshotError: a library of the system is missing, or two pages do not hold the brief.
    """
    weasyprint = _weasyprint()
    image = brief_html.map_source(brief, "png")  # at 300 dpi; painting the vectors takes five seconds more
    for told, size_pt in _attempts(brief):
        source = brief_html.paper(told, image, _faces(), size_pt)
        document = weasyprint.HTML(string=source, url_fetcher=_fetcher(weasyprint)).render(pdf_variant="pdf/ua-1")
        if len(document.pages) <= MOST_PAGES:
            made: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=brief.release_id.encode())
            return made
    raise SnapshotError(
        f"{brief.title}: the brief does not fit on {MOST_PAGES} pages; choose fewer layers, a smaller region or .html."
    )


def _attempts(brief: Brief) -> list[tuple[Brief, float]]:
    """Return what is tried in turn: smaller and smaller, and at last without notes, which only say that."""
    without = [(replace(brief, notes=(NO_ROOM,)), SIZES_PT[-1])] if brief.notes else []
    return [*((brief, size_pt) for size_pt in SIZES_PT), *without]


def _weasyprint() -> Any:
    """Return the library; on Linux without the searches of its bindings, which start compilers for 0.7 seconds."""
    is_linux = sys.platform == "linux"  # where the names it tries last are those the system loads by
    searched = patch("ctypes.util.find_library", return_value=None) if is_linux else nullcontext()
    try:
        with searched:
            import weasyprint  # type: ignore[import-untyped]
    except OSError as missing:  # its bindings look for Pango when they are imported
        raise SnapshotError(
            f"A PDF needs the library Pango of the system, which cannot be loaded ({str(missing).splitlines()[0]}); "
            "install it (Debian: libpango-1.0-0 libpangoft2-1.0-0), or choose .html or .pptx, which need none."
        ) from missing
    return weasyprint


def _fonts() -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def _faces() -> str:
    return "".join(
        f'@font-face {{ font-family: "Brief Sans"; font-weight: {weight}; src: url("{(_fonts() / name).as_uri()}") }}\n'
        for name, weight in FACES.items()
    )


def _fetcher(weasyprint: Any) -> Any:
    """Return what answers the document's requests: its own fonts and images within it, nothing else."""
    allowed = {(_fonts() / name).as_uri() for name in FACES}

    class Own(weasyprint.urls.URLFetcher):  # type: ignore[misc]  # weasyprint has no types
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url not in allowed and not url.startswith("data:"):
                raise weasyprint.urls.FatalURLFetchingError(f"{url}: a brief asks for nothing")
            return super().fetch(url, headers)

    return Own(fail_on_errors=True)
