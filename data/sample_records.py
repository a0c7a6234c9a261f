"""What the registers of the synthetic world know of its journeys: gaps, errors and coarse places."""

from dataclasses import dataclass, replace

import numpy as np

from data.sample_flows import (
    DESTINATION,
    MANUFACTURE,
    ORIGIN,
    SEIZURE,
    TRANSIT_1,
    TRANSIT_2,
    Journeys,
    chosen,
    days,
    is_quiet,
)
from data.sample_stage import NONE, Days, Flag, Geography, Number, Whole

MISSING_ORIGIN_SHARE, MISSING_DESTINATION_SHARE = 0.25, 0.40
WRONG_DIRECTION_SHARE = 0.05
COARSE_SHARES = ((ORIGIN, 0.10), (SEIZURE, 0.16), (DESTINATION, 0.10))  # known only by country
PLANTED_ODDS = 0.2  # planted records lose a place this much less often, so that small samples keep them
PLANTED_VAGUENESS = 0.01  # against a mean of 0.3 elsewhere; for the same reason
TRACED_SHARE, MANUFACTURE_SHARE, MAKER_COUNT = 1 / 3, 0.3, 12


@dataclass(frozen=True)
class Layer:
    """What the records of one layer look like; ``origin_roles`` and ``commodities`` carry their shares."""

    name: str
    record_kind: str
    record_count: int
    origin_roles: dict[str, float]
    last_role: str
    commodities: dict[str | None, float]

    @property
    def source_id(self) -> str:
        """The synthetic source of this layer."""
        return "sample-" + self.name.replace("_", "-")


@dataclass(frozen=True)
class Records:
    """Distinct records: six place numbers each, which of the six the record mentions, and the day.

    A slot that is mentioned with no place number reads "Unknown".
    """

    stops: Whole
    is_stated: Flag
    corridor: Whole
    day: Days
    is_traced: Flag
    is_citizenship: Flag
    is_wrong: Flag

    def __len__(self) -> int:
        return len(self.day)


def records(rng: np.random.Generator, stage: Geography, layer: Layer, journeys: Journeys) -> Records:
    """Return the journeys as one layer's register knows them."""
    count = len(journeys.stops)
    is_final = layer.last_role == "detection"
    stops = journeys.stops.copy()
    if is_final:
        stops[:, DESTINATION] = NONE
    plain = Records(
        stops=stops,
        is_stated=stops != NONE,
        corridor=journeys.corridor,
        day=days(rng, stage, stops[:, SEIZURE]),
        is_traced=np.zeros(count, dtype=bool),
        is_citizenship=_is_citizenship(rng, layer, journeys),
        is_wrong=np.zeros(count, dtype=bool),
    )
    made = _traced(rng, stage, plain) if layer.name == "firearms" else plain
    return _coarse(rng, stage, _incomplete(rng, _misread(rng, made, SEIZURE if is_final else DESTINATION), is_final))


def _odds(found: Records) -> Number:
    return np.where(found.corridor == NONE, 1.0, PLANTED_ODDS)


def _is_citizenship(rng: np.random.Generator, layer: Layer, journeys: Journeys) -> Flag:
    share = layer.origin_roles.get("citizenship", 0.0)
    return np.asarray((rng.random(len(journeys.stops)) < share) & (journeys.corridor == NONE))


def _traced(rng: np.random.Generator, stage: Geography, found: Records) -> Records:
    """Return the records with a third of them traced: no stopovers known, the maker's place for some."""
    count = len(found)
    is_traced = rng.permutation(count) < round(TRACED_SHARE * count)
    stops = found.stops.copy()
    for slot in (TRANSIT_1, TRANSIT_2):
        stops[is_traced, slot] = NONE
    stops = _unless_loud(stage, found, stops)
    makers = rng.choice(stage.city_count, MAKER_COUNT, replace=False)
    made_at = rng.choice(makers, count)
    stops[:, MANUFACTURE] = np.where(is_traced & (rng.random(count) < MANUFACTURE_SHARE), made_at, NONE)
    return replace(found, stops=stops, is_stated=stops != NONE, is_traced=is_traced)


def _unless_loud(stage: Geography, found: Records, stops: Whole) -> Whole:
    """Return the changed stops, but the old ones where the change would lead along a crossing decoy."""
    is_loud = is_quiet(stage, stops) & ~is_quiet(stage, found.stops)
    return np.where(is_loud[:, None], found.stops, stops)


def _misread(rng: np.random.Generator, found: Records, end: int) -> Records:
    """Return the records with one in twenty journeys told the wrong way round: origin and the other end swapped."""
    wrong = chosen(rng, np.ones(len(found)), round(WRONG_DIRECTION_SHARE * len(found)))
    stops = found.stops.copy()
    stops[wrong, ORIGIN], stops[wrong, end] = found.stops[wrong, end], found.stops[wrong, ORIGIN]
    is_wrong = np.zeros(len(found), dtype=bool)
    is_wrong[wrong] = True
    return replace(found, stops=stops, is_stated=stops != NONE, is_wrong=is_wrong)


def _incomplete(rng: np.random.Generator, found: Records, is_final: bool) -> Records:
    """Return the records with origins and destinations lost until the stated shares are missing; half say "Unknown"."""
    stops, is_stated = found.stops.copy(), found.is_stated.copy()
    wanted = [(ORIGIN, MISSING_ORIGIN_SHARE)] + ([] if is_final else [(DESTINATION, MISSING_DESTINATION_SHARE)])
    for slot, share in wanted:
        is_known = stops[:, slot] != NONE
        lost = chosen(rng, _odds(found) * is_known, round(share * len(found)) - int((~is_known).sum()))
        stops[lost, slot] = NONE
        is_stated[:, slot] = is_known
        is_stated[lost, slot] = rng.random(len(lost)) < 0.5
    stops[stops[:, ORIGIN] == NONE, MANUFACTURE] = NONE
    is_stated[:, MANUFACTURE] = stops[:, MANUFACTURE] != NONE
    return replace(found, stops=stops, is_stated=is_stated)


def _coarse(rng: np.random.Generator, stage: Geography, found: Records) -> Records:
    """Return the records with some places known only by their country; a citizenship always is."""
    stops = found.stops.copy()
    for slot, share in COARSE_SHARES:
        country = stage.country[stops[:, slot]]
        is_known = stops[:, slot] != NONE
        odds = np.where(found.corridor == NONE, stage.vagueness[country], PLANTED_VAGUENESS) * is_known
        coarse = chosen(rng, odds, round(share * is_known.sum()))
        is_coarse = found.is_citizenship & is_known & (slot == ORIGIN)
        is_coarse[coarse] = is_known[coarse]
        stops[is_coarse, slot] = stage.city_count + country[is_coarse]
    return replace(found, stops=_unless_loud(stage, found, stops))
