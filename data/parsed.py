"""What reading one file gives: canonical tables, the rows set aside, and the names nobody knows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from data import contracts
from data.identity import Seen


def _none(table: contracts.Table) -> pd.DataFrame:
    nothing: pd.DataFrame = contracts.empty(table).to_pandas()
    return nothing


@dataclass(frozen=True)
class Parsed:
    """Canonical tables of one file; a table the source does not fill stays empty."""

    row_count_read: int
    observations: pd.DataFrame = field(default_factory=lambda: _none(contracts.OBSERVATIONS))
    waypoints: pd.DataFrame = field(default_factory=lambda: _none(contracts.WAYPOINTS))
    custody_events: pd.DataFrame = field(default_factory=lambda: _none(contracts.CUSTODY_EVENTS_TABLE))
    incidents: pd.DataFrame = field(default_factory=lambda: _none(contracts.INCIDENTS))
    places: pd.DataFrame = field(default_factory=lambda: _none(contracts.PLACES))
    quarantine: pd.DataFrame = field(default_factory=lambda: _none(contracts.QUARANTINE))
    unresolved: pd.DataFrame = field(default_factory=lambda: _none(contracts.UNRESOLVED))

    notes: tuple[str, ...] = ()

    @property
    def row_count_kept(self) -> int:
        """Records kept: observations and incidents."""
        return len(self.observations) + len(self.incidents)


class Reading(NamedTuple):
    """A file as it is read, part by part.

    Attributes:
        parts: Each with its own rows; together they are the file.
        seen: Where several parts may hold equal records: what tells, once all parts are read, how many there are.
    """

    parts: Iterator[Parsed]
    seen: Seen | None = None
