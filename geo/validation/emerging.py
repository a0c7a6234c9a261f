"""S10 and S11: campaigns that are no news, and new routes that are."""

import numpy as np
import pandas as pd

from geo.alerts import alerts
from geo.distance import Array
from geo.panel import panel, smoothed_effort
from geo.validation.measured import Measured, Run, ratio
from geo.validation.terrain import Case

MONTHS = 120
MEANS = (0.3, 1.0, 4.0)  # records a corridor and month; geo/README.md, "Alerts"
CORRIDORS_PER_WORLD = 96  # a multiple of the number of MEANS
JUDGED_MONTHS = 60  # the last ones, in which quiet corridors are counted: baselines stand by then
SURGE, SURGE_MONTHS = 1.8, 12  # README "Validation": the next year counts
EFFORT_MEAN = 30.0  # seizures of all goods a month by a corridor's reporters; chosen 2026-11
NEW_RATE, NEW_MONTHS = 1.5, 6  # geo/README.md, "Validation"
NEW_AT = 90  # month at which the route opens
ONWARD_SHARE = 0.8
MONTHS_A_YEAR = 12
CHANGES = ("rise", "spike")


def s10(case: Case) -> Run:
    """Return how many more alarms a year of campaigning brings than a quiet year does."""
    surge = np.ones(MONTHS)
    surge[-SURGE_MONTHS:] = SURGE
    quiet: list[float] = []
    loud: list[float] = []
    for at in range(case.effort.worlds):
        for alarms, effort in ((quiet, np.ones(MONTHS)), (loud, surge)):
            rng = np.random.default_rng([case.seed, 10, at])
            found = _alerts(rng, np.repeat(_levels(), MONTHS).reshape(-1, MONTHS) * effort, effort)
            alarms.append(_count(found[found["kind"].isin(CHANGES)], MONTHS - SURGE_MONTHS))
    value, error, count = ratio(loud, quiet)
    note = f"{sum(loud):.0f} alarms against {sum(quiet):.0f} in the same corridors without the campaign"
    return Run(
        [Measured("S10", "alarms in a campaign of 1.8, times the quiet rate", "<=", 1.2, value, error, count, note)]
    )


def s11(case: Case) -> Run:
    """Return how soon new and displaced routes are seen, and how often nothing is taken for something."""
    opened, displaced, quiet = [], [], []
    for at in range(case.effort.worlds):
        rng = np.random.default_rng([case.seed, 11, at])
        opened.append(_seen(_alerts(rng, _opening(), np.ones(MONTHS)), range(CORRIDORS_PER_WORLD)))
        displaced.append(_seen(_alerts(rng, _displacement(), np.ones(MONTHS)), range(0, CORRIDORS_PER_WORLD, 2)))
        still = _alerts(rng, np.repeat(_levels(), MONTHS).reshape(-1, MONTHS), np.ones(MONTHS))
        quiet.append(still[still["at"] >= MONTHS - JUDGED_MONTHS])
    worlds = np.ones(case.effort.worlds)
    name = f"new route of {NEW_RATE} a month seen within {NEW_MONTHS} months"
    rows = [
        Measured("S11", name, ">=", 0.80, *ratio(opened, CORRIDORS_PER_WORLD * worlds)),
        Measured(
            "S11", name.replace("new", "displaced"), ">=", 0.80, *ratio(displaced, CORRIDORS_PER_WORLD / 2 * worlds)
        ),
    ]
    return Run([*rows, *_false_alarms(quiet)])


def _false_alarms(quiet: list[pd.DataFrame]) -> list[Measured]:
    """Return the alerts a year of corridors on which nothing changes, for each of MEANS."""
    rows = []
    years = np.full(len(quiet), CORRIDORS_PER_WORLD / len(MEANS) * JUDGED_MONTHS / MONTHS_A_YEAR)
    for kind in ("rise", "any kind"):
        for number, level in enumerate(MEANS):
            mine = [found[found["corridor"] % len(MEANS) == number] for found in quiet]
            alarms = [float(len(found) if kind == "any kind" else (found["kind"] == kind).sum()) for found in mine]
            name = f"alerts ({kind}) a quiet corridor-year, {level} records a month"
            rows.append(Measured("S11", name, "<=", 0.25, *ratio(alarms, years)))
    return rows


def _levels() -> Array:
    return np.resize(np.array(MEANS), CORRIDORS_PER_WORLD)


def _opening() -> Array:
    """Return (corridors, months) rates of routes that open at NEW_AT."""
    rates = np.zeros((CORRIDORS_PER_WORLD, MONTHS))
    rates[:, NEW_AT:] = NEW_RATE
    return rates


def _displacement() -> Array:
    """Return the same in pairs: what opens on the first closes on the second."""
    rates = _opening()
    rates[1::2] = NEW_RATE - rates[1::2]
    return rates


def _alerts(rng: np.random.Generator, rates: Array, effort: Array) -> pd.DataFrame:
    """Return the alerts of corridors with these (corridors, months) rates; effort is known as seizures of all goods."""
    months = pd.date_range("2010-01-01", periods=MONTHS, freq="MS")
    ids = [f"corridor-{number:03d}" for number in range(len(rates))]
    seizures = pd.DataFrame(rng.poisson(EFFORT_MEAN * effort, rates.shape), index=pd.Index(ids), columns=months)
    onward, back = rng.poisson(rates * ONWARD_SHARE), rng.poisson(rates * (1 - ONWARD_SHARE))
    records = pd.DataFrame(
        {
            "corridor_id": np.repeat(ids, MONTHS),
            "layer": "firearms",
            "month": np.tile(months, len(ids)),
            "onward_count": onward.ravel(),
            "back_count": back.ravel(),
        }
    )
    found = alerts(panel(records, smoothed_effort(seizures), months)).rows
    corridor = pd.Index(ids).get_indexer(pd.Index(found["corridor_id"]))
    return found.assign(corridor=corridor, at=months.get_indexer(pd.DatetimeIndex(found["month"])))


def _count(found: pd.DataFrame, since: int) -> float:
    return float((found["at"] >= since).sum())


def _seen(found: pd.DataFrame, corridors: range) -> float:
    """Return how many of the corridors have an alert of more records within NEW_MONTHS of the opening."""
    is_soon = found["kind"].isin(CHANGES) & found["at"].between(NEW_AT, NEW_AT + NEW_MONTHS - 1)
    return float(found.loc[is_soon & found["corridor"].isin(corridors), "corridor"].nunique())
