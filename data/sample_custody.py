"""Custody events of the traced firearms of the synthetic world."""

import numpy as np
import pandas as pd

from data.sample_flows import MANUFACTURE, ORIGIN, SEIZURE
from data.sample_stage import DAY, NONE, Days, Geography, Whole, drawn, located, words
from data.sample_tables import Published

EVENTS = ("made", "exported", "imported", "sold", "reported", "seized")
HOLDERS = ("manufacturer", "exporter", "importer", "retail dealer", "owner", "seizing authority")
MADE, EXPORTED, IMPORTED, SOLD, REPORTED, SEIZED = range(6)
# Share of traces that know the step, chosen by eye, 2026-11; about four events per trace.
KNOWN_SHARES = (0.90, 0.50, 0.50, 0.88, 0.40, 1.0)
REPORT_SHARES: dict[str | None, float] = {"reported_stolen": 0.7, "reported_lost": 0.3}
NO_DATE_SHARE, YEAR_ONLY_SHARE, NO_STATE_SHARE = 0.18, 0.4, 0.06
TIME_TO_CRIME_MEDIAN_DAYS, TIME_TO_CRIME_LOG_SIGMA = 900.0, 1.1
REPORT_WINDOW_DAYS = 60


def custody_events(rng: np.random.Generator, stage: Geography, layer: Published) -> pd.DataFrame:
    """Return the custody of every traced firearm, one row per known step, in date order."""
    traced = np.flatnonzero(layer.records.is_traced)
    rows = layer.observations.iloc[traced].reset_index(drop=True)
    places = _places(rng, stage, layer.records.stops[traced])
    start, end = _windows(rng, rows["date_start"].to_numpy().astype("datetime64[D]"))
    end[:, SEIZED] = rows["date_end"].to_numpy().astype("datetime64[D]")
    is_known = rng.random(places.shape) < np.array(KNOWN_SHARES)
    is_known[:, IMPORTED] = is_known[:, EXPORTED]
    trace, step = np.nonzero(is_known)
    reports = drawn(rng, REPORT_SHARES, len(step))
    return pd.DataFrame(
        {
            "trace_id": rows["trace_id"].to_numpy()[trace],
            "seq": (np.cumsum(is_known, axis=1) - 1)[trace, step],
            **{name: rows[name].to_numpy()[trace] for name in ("obs_id", "source_id", "source_file", "source_row")},
            "event": np.where(step == REPORTED, reports, words(EVENTS)[step]),
            "holder_raw": words(HOLDERS)[step],
            "is_lawful": _states(rng, step),
            "date_start": start[trace, step].astype("datetime64[s]"),
            "date_end": end[trace, step].astype("datetime64[s]"),
            **located(stage, places[trace, step]),
        }
    )


def _places(rng: np.random.Generator, stage: Geography, stops: Whole) -> Whole:
    """Return where each step happened: made and exported at the maker's, then at the last lawful holder's."""
    maker = stops[:, MANUFACTURE]
    makers = np.unique(maker[maker != NONE])
    if len(makers):
        maker = np.where(maker == NONE, rng.choice(makers, len(maker)), maker)
    return np.column_stack([maker, maker, *[stops[:, ORIGIN]] * 3, stops[:, SEIZURE]])


def _windows(rng: np.random.Generator, seized: Days) -> tuple[Days, Days]:
    """Return first and last possible day of each step; not-a-time where unknown."""
    count = len(seized)
    crime_days = rng.lognormal(np.log(TIME_TO_CRIME_MEDIAN_DAYS), TIME_TO_CRIME_LOG_SIGMA, count)
    sold = seized - np.clip(crime_days, 5, 9000).astype("timedelta64[D]")
    imported = sold - DAY * rng.integers(30, 700, count)
    exported = imported - DAY * rng.integers(10, 90, count)
    made = exported - DAY * rng.integers(30, 900, count)
    reported = sold + DAY * ((seized - sold).astype(np.int64) * rng.random(count)).astype(np.int64)
    end = np.column_stack([made, exported, imported, sold, reported, seized])
    start = end.copy()
    start[:, REPORTED] = np.maximum(sold, reported - DAY * REPORT_WINDOW_DAYS)
    by_year = rng.random(count) < YEAR_ONLY_SHARE  # the year before, so that its last day is before the next step
    year = made[by_year].astype("datetime64[Y]")
    start[by_year, MADE] = (year - np.timedelta64(1, "Y")).astype("datetime64[D]")
    end[by_year, MADE] = year.astype("datetime64[D]") - DAY
    is_undated = rng.random(end.shape) < NO_DATE_SHARE
    is_undated[:, SEIZED] = False
    start[is_undated] = end[is_undated] = np.datetime64("NaT", "D")
    return start, end


def _states(rng: np.random.Generator, step: Whole) -> pd.Series:
    """Return whether the holder was lawful: until the sale yes, from the report on no; sometimes unknown."""
    return pd.Series(step <= SOLD, dtype="boolean").mask(rng.random(len(step)) < NO_STATE_SHARE)
