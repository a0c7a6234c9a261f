"""Find the sources: every TOML card here is one; the module of the same name, or else the card's own map, reads it."""

import importlib
import importlib.util
import tomllib
from collections.abc import Callable
from importlib import resources
from typing import Any

from data import mapping
from data.contracts import CREDIBILITIES, RELIABILITIES
from data.errors import SourceError
from data.intake import Request
from data.parsed import Parsed, Reading


def source_ids() -> list[str]:
    """Return the names of all sources, in alphabetical order."""
    cards = (card.name for card in resources.files("data.sources").iterdir())
    return sorted(name.removesuffix(".toml") for name in cards if name.endswith(".toml"))


def profile(source_id: str) -> dict[str, Any]:
    """Return a source's card.

    Raises:
        SourceError: there is no such source, or its card gives a grade that is not on the scale.
    """
    if source_id not in source_ids():
        raise SourceError(f"Source {source_id!r} is unknown; choose from {', '.join(source_ids())}.")
    card = tomllib.loads(resources.files("data.sources").joinpath(f"{source_id}.toml").read_text(encoding="utf-8"))
    for name, scale in (("reliability", RELIABILITIES), ("credibility", CREDIBILITIES)):
        if card.get(name, scale[0]) not in scale:
            raise SourceError(f"Source {source_id!r}: {name} is {card[name]!r}; choose from {', '.join(scale)}.")
    return card


def reader(source_id: str) -> Callable[[Request], Reading]:
    """Return the function that reads a file of this source."""
    name = f"data.sources.{source_id.replace('-', '_')}"
    if importlib.util.find_spec(name) is None:
        return mapping.read
    read: Callable[[Request], Parsed] = importlib.import_module(name).read
    return lambda request: Reading(iter([read(request)]))
