"""A page under AppTest: opened on a store with a link's parameters, and what it says."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.pages import after

Open = Callable[..., AppTest]


def page(name: str) -> None:
    """Draw one page; AppTest runs the text of this function as a script."""
    import importlib

    importlib.import_module(f"dashboard.pages.{name}").render()


def opener(root_of_sample: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Return a function that opens a page on the small sample, or on another store, with a link's parameters."""

    def run(name: str, root: Path = root_of_sample, **link: str) -> AppTest:
        monkeypatch.setenv("CONTRAFLOW_STORE", str(root))
        app = AppTest.from_function(page, args=(name,), default_timeout=240)
        for key, value in link.items():
            app.query_params[key] = value
        app.session_state[after.DRAWN] = True  # as a browser tells
        return app.run()

    return run


def words(app: AppTest) -> str:
    """Return everything the page says."""
    kinds = (app.markdown, app.caption, app.warning, app.error, app.info, app.subheader)
    return "\n".join(str(element.value) for kind in kinds for element in kind)
