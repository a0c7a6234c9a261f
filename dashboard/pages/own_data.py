"""The page Own data: a file of the reader's own, how its columns are read, and what would become of its rows."""

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import importing, load, words
from dashboard.pages import access
from dashboard.pages import own_data_parts as parts
from data import gate, mapping, store
from data.errors import ContraflowError


def render() -> None:
    """Draw the page, or one sentence that says what is wrong with the file."""
    if access.refused():
        return
    st.subheader("Bring a file of your own", anchor=False)
    st.caption(words.caption(parts.INTRODUCTION))
    file = st.file_uploader(
        f"File, up to {parts.LIMIT_MB} MB",
        type=[ending.removeprefix(".") for ending in gate.KINDS],
        max_upload_size=parts.LIMIT_MB,
        key="own_file",
    )
    if file is None:
        return
    try:
        with importing.uploaded(file.name, file.getvalue()) as path:
            _body(path, file.name)
    except ContraflowError as wrong:
        st.error(words.caption(wrong))


def _body(path: Path, name: str) -> None:
    """Draw the map of the file, and what it makes of the rows."""
    mark = gate.sha256_of(path)[:16]
    guessed = parts.guessed(path, name, mark)
    st.subheader("How the file is read", anchor=False)
    card = parts.edited(guessed, path, mark)
    if without := parts.without_column(card):
        st.info(f"Choose the column that holds: {', '.join(without)}.")
        return
    card = mapping.checked(card, "This map")
    with st.spinner("Reading the rows …"):
        parsed, report = importing.tried(card, path, file_name=name)
    st.subheader("What becomes of its rows", anchor=False)
    parts.told(parsed, report)
    parts.downloads(card, parsed)
    _import(card, path, name)


def _import(card: dict[str, Any], path: Path, name: str) -> None:
    """Offer to store the file; nothing is stored until the button is pressed."""
    st.subheader("Import", anchor=False)
    missing, root = parts.missing(card), Path(load.folder())
    is_made_up = store.is_synthetic(root)
    if is_made_up:
        st.info(
            "This app reads the synthetic sample, which real records must not join. Start it with a store of yours."
        )
    if missing:
        st.info(f"To import, fill in: {', '.join(missing)}.")
    is_pressed = st.button(
        "Import into the store", type="primary", disabled=bool(missing) or is_made_up, key="own_import"
    )
    if not is_pressed:
        st.caption("Nothing is stored until you press the button.")
        return
    (report,) = importing.import_mapped(root, card, [path], is_lenient=True, file_name=name)
    state = "is in the store" if report.is_new else "was in the store already"
    kept = words.plural(report.row_count_kept, "record")
    st.success(
        f"{words.caption(report.source_file)} {state}: {kept}. To see it, release the store and reload this page:"
    )
    st.code("contraflow release --store DIR", language="sh")
