"""The Export page: what a snapshot of this choice will hold, and the file itself."""

import streamlit as st

from dashboard import audit, load, snapshot
from dashboard.pages import export_parts, frame
from dashboard.snapshot import Request

TITLES = {
    "csv": "CSV (tables)",
    "geojson": "GeoJSON",
    "geoparquet": "GeoParquet",
    "gpkg": "GeoPackage",
    "kml": "KML",
    "png": "Map as PNG",
    "svg": "Map as SVG",
}


def render() -> None:
    """Draw the page, or one sentence that says why it cannot be drawn."""
    frame.page(_body, "export")


def _body(page: frame.Page) -> None:
    page.link()
    st.subheader("Export a snapshot", anchor=False)
    st.caption(
        "A snapshot freezes this choice as files, with a list of every file, what each column means, and how to cite "
        "the sources. It can be checked for changes, and made again from its own manifest."
    )
    store = load.store(*page.pinned)
    page.told(load.totals(*page.pinned, page.chosen), store.is_synthetic)
    audit.require_open(store.root)
    formats = st.multiselect(
        "Formats",
        list(TITLES),
        default=list(snapshot.VECTORS),
        key="export_formats",
        format_func=TITLES.__getitem__,
        help="The first five hold the same rows. Pictures take a few seconds more.",
    )
    if formats:
        _offer(page, tuple(formats))
    else:
        st.info("Choose at least one format.")


def _offer(page: frame.Page, formats: tuple[str, ...]) -> None:
    """Show what the snapshot will hold, and offer it."""
    with st.spinner("Looking at what the snapshot will hold …"):
        export_parts.show(load.preview(*page.pinned, page.chosen))
    name = f"contraflow-{page.pinned[1]}.zip"
    st.download_button(
        "Make and download the snapshot",
        data=export_parts.maker(page.pinned, page.chosen, formats, name),
        file_name=name,
        mime="application/zip",
        on_click="ignore",
        type="primary",
        icon=":material/download:",
        help="Made when you press: some seconds, more from a large release. It is noted in the store's export log.",
    )
    if load.store(*page.pinned).has_records:
        st.caption("The same on the command line:")
        command = export_parts.command(page.pinned[1], Request(page.chosen, formats))
        st.code(command, language="sh", wrap_lines=True)
