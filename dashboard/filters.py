"""The reader's choice as one frozen value, to and from a link and the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from data.contracts import MODES, MODI_OPERANDI
from data.errors import FilterError

LAYERS = ("firearms", "drugs", "human_trafficking", "terrorism")
MODI = (*MODI_OPERANDI, "unknown")
CONFIDENCES = ("any", "medium", "high")  # of a flow, at least; what they mean: dashboard/flows.py
KAPPA = 0.5  # weight of a stated destination that was not reached; geo/README.md, "Thresholds"


@dataclass(frozen=True)
class Filters:
    """What a page, a table, a chart and an export show together; ``()`` and None mean no limit."""

    since: date | None = None
    until: date | None = None
    layers: tuple[str, ...] = LAYERS
    region: tuple[str, ...] = ()
    commodity: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    modus: tuple[str, ...] = ()
    min_count: int = 1
    confidence: str = "any"
    kappa: float = KAPPA
    top: int = 40

    def __post_init__(self) -> None:
        """Refuse a choice that cannot be answered.

        Raises:
            FilterError: the period is empty, a word is unknown, or a number is out of range.
        """
        if self.since and self.until and self.since >= self.until:
            raise FilterError(f"The period from {self.since} until {self.until} is empty; choose an earlier start.")
        for title, chosen, known in (
            ("Mode", self.mode, MODES),
            ("Modus operandi", self.modus, MODI),
            ("Confidence", (self.confidence,), CONFIDENCES),
        ):
            for word in chosen:
                if word not in known:
                    raise FilterError(f"{title} {word!r} is unknown; choose from {', '.join(known)}.")
        if self.min_count < 1:
            raise FilterError(f"Minimum count {self.min_count} is below 1; give 1 or more.")
        if not 0 <= self.kappa <= 1:
            raise FilterError(f"Kappa {self.kappa} is outside 0..1.")
        if not 1 <= self.top <= 2000:
            raise FilterError(f"Top {self.top} is outside 1..2000.")

    def to_url(self) -> dict[str, str]:
        """Return the choices that differ from the default, as text for a link."""
        changed = {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != f.default}
        return {name: ",".join(value) if isinstance(value, tuple) else str(value) for name, value in changed.items()}

    def to_dict(self) -> dict[str, object]:
        """Return every choice as plain values, for JSON."""
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        return {
            k: v.isoformat() if isinstance(v, date) else list(v) if isinstance(v, tuple) else v
            for k, v in plain.items()
        }

    @classmethod
    def from_url(cls, params: Mapping[str, str]) -> tuple["Filters", list[str]]:
        """Return the filters a link asks for, and one sentence for each part that could not be used."""
        chosen, notices = cls(), []
        for name in (f.name for f in fields(cls) if f.name in params):
            try:
                changed: dict[str, Any] = {name: _parsed(name, params[name])}
                chosen = replace(chosen, **changed)
            except (ValueError, FilterError) as wrong:
                notices.append(f"The link's {name} “{params[name][:40]}” was ignored: {_reason(name, wrong)}")
        return chosen, notices


def _parsed(name: str, text: str) -> object:
    if name in ("since", "until"):
        return date.fromisoformat(text)
    if name in ("min_count", "top"):
        return int(text)
    if name == "kappa":
        return float(text)
    return text if name == "confidence" else words_of(text)


def words_of(text: str) -> tuple[str, ...]:
    """Return the comma-separated words of a text, without blanks."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _reason(name: str, wrong: Exception) -> str:
    if isinstance(wrong, FilterError):
        return str(wrong)
    expected = {"since": "a date as 2020-01-31", "until": "a date as 2020-01-31", "kappa": "a number from 0 to 1"}
    return f"expected {expected.get(name, 'a whole number')}."
