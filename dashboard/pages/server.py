"""The server around the pages: it answers what the first visitor will ask before anybody asks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from threading import Thread

import streamlit as st

from dashboard.serving import HOST, ROOT
from data.errors import ContraflowError


def run(port: int) -> None:
    """Serve the pages until the process is stopped.

    Args:
        port: Of the loopback address.
    """
    app = st.App(ROOT / "streamlit_app.py", lifespan=_ahead)
    app.run(config={"server.address": HOST, "server.port": port})


@asynccontextmanager
async def _ahead(_: st.App) -> AsyncIterator[None]:
    Thread(target=warm, daemon=True).start()
    yield


def warm() -> None:
    """Answer what Explore asks where nothing is chosen; what stands in the way, the page will tell."""
    from dashboard import load  # its caches belong to a running server
    from dashboard.pages import state

    with suppress(ContraflowError):
        root = load.folder()
        pinned = load.latest(root)[0]
        load.explore(root, pinned, state.usual(load.choices(root, pinned)))
