"""Traces as tables and sentences under plain headings. Pure."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dashboard import custody_words as said
from dashboard import words
from dashboard.custody import Chain, Funnel, Ranking
from dashboard.marks import Row, records
from dashboard.tables_corridor import event_title
from data.places import fold
from geo.diversion import STAGES, STATUSES, TTC_CLASSES, TTC_STARTS
from geo.tracing import Indicator, wilson

UNKNOWN = "not known"
CONTROL = {True: "lawful", False: "not lawful"}
STEP_TITLES = {
    "seized": "Seized, found or surrendered",
    "traced": "Traced",
    "identified": "Point of diversion identified",
    "reported": "Its loss or theft was reported",
}
SEARCHED = ("trace_id", "commodity", "lawful_place", "unlawful_place", "retail_place", "seized_place")
NARROW = 0.02  # an interval that whole percentages would print as one number, or almost


def chosen(rows: pd.DataFrame, classes: Sequence[str], stages: Sequence[str], query: str) -> pd.DataFrame:
    """Return the traces of these classes and stages that name a text; nothing chosen limits nothing.

    Args:
        rows: ``custody.Traces.rows``.
        classes: Of TTC_CLASSES and UNKNOWN.
        stages: Of STAGES.
        query: Looked for in the id, the commodity and the places, whatever its case and accents.
    """
    is_kept = pd.Series(True, index=rows.index)
    if classes:
        is_kept &= rows["time_to_crime_class"].astype(object).fillna(UNKNOWN).isin(classes)
    if stages:
        is_kept &= rows["stage"].isin(stages)
    if fold(query):
        hits = [
            rows[name].fillna("").astype("str").map(fold).str.contains(fold(query), regex=False) for name in SEARCHED
        ]
        is_kept &= pd.concat(hits, axis=1).any(axis=1)
    return rows[is_kept]


def traces(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per trace; what is unknown is empty."""
    is_sale = rows["time_to_crime_start"].eq(TTC_STARTS[0])
    told = {
        "Trace": rows["trace_id"].map(words.safe),
        "Seized": rows["seized_from_on"],
        "What": rows["commodity"].map(words.safe),
        "Last lawful": _or_none(rows["lawful_place"]),
        "First sold": _or_none(rows["retail_place"]),
        "Seized in": _or_none(rows["seized_place"]),
        "Point of diversion": rows["status"],
        "Stage": rows["stage"],
        "Days to crime": rows["time_to_crime_days"].where(is_sale),
        "Time to crime": rows["time_to_crime_class"],
        "Events": rows["event_count"],
    }
    return pd.DataFrame(told).reset_index(drop=True)


def _or_none(names: "pd.Series[str]") -> "pd.Series[str]":
    """Return names as shown; an unknown one stays unknown."""
    return names.map(words.safe, na_action="ignore")


def chain(found: Chain) -> pd.DataFrame:
    """Return events and the gaps between them in reading order."""
    gaps = {row["step"]: row for row in records(found.gaps)}
    rows: list[dict[str, object]] = []
    for event in records(found.events):
        rows.append(_event(event))
        if event["step"] in gaps:
            rows.append(_gap(gaps[event["step"]]))
    return pd.DataFrame(rows)


def _event(row: Row) -> dict[str, object]:
    lawful = row["is_lawful"]
    return {
        "": f"{row['step'] + 1}",
        "What": event_title(row["event"]),
        "Holder": words.safe(row["holder_raw"]),
        "Control": UNKNOWN if pd.isna(lawful) else CONTROL[bool(lawful)],
        "From": said.known(row["date_start"]),
        "Until": said.known(row["date_end"]),
        "Place": words.safe(said.known(row["place"])),
        "Days": "",
        "Source": words.safe(f"{row['source_id']}, {row['source_file']}, row {row['source_row']}"),
        "Contradiction": "" if pd.isna(row["contradiction"]) else str(row["contradiction"]),
    }


def _gap(row: Row) -> dict[str, object]:
    where = f"{said.known(row['origin'])} → {said.known(row['destination'])}"
    return {
        "": "",
        "What": "gap, next holder not known" if row["is_open"] else "gap",
        "Holder": "",
        "Control": "leaves lawful hands" if row["is_diversion"] else "",
        "From": said.known(row["from_on"]),
        "Until": said.known(row["to_on"]),
        "Place": words.safe(where),
        "Days": said.days(row["days_min"], row["days_max"]).removesuffix(" days"),
        "Source": "",
        "Contradiction": "",
    }


def shares(values: "pd.Series[str]", names: Sequence[str], heading: str) -> pd.DataFrame:
    """Return how many traces have each value, with the share of all and its 95 % Wilson interval.

    Args:
        values: One per trace; null is UNKNOWN.
        names: Every value that may occur, in order; absent ones are counted 0.
        heading: Of the first column.
    """
    found = values.astype(object).fillna(UNKNOWN).value_counts().reindex(list(names))
    counts = np.nan_to_num(found.to_numpy(np.float64)).astype(np.int64)
    share, low, high = wilson(counts, np.full(len(counts), counts.sum()))
    told = [_share(*each) for each in zip(share, low, high, strict=True)]
    return pd.DataFrame({heading: list(names), "Traces": counts, "Share (95 % interval)": told})


def _share(share: float, low: float, high: float) -> str:
    """Return a share with its interval."""
    told, least, most = _percentages(share, low, high)
    return f"{told} ({least} to {most})"


def _percentages(share: float, low: float, high: float) -> list[str]:
    """Return a share and its bounds as percentages, fine enough to be told apart."""
    return [words.percent(value, 0 if high - low > NARROW else 1) for value in (share, low, high)]


def classes(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the classes of time to crime."""
    return shares(rows["time_to_crime_class"], (*TTC_CLASSES, UNKNOWN), "Time to crime")


def stages(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the stages at which items left lawful hands, those that no trace can show left out."""
    known = [name for name in STAGES if name != "disposal"]
    return shares(rows["stage"], known, "Stage of its life")


def statuses(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how far the point of diversion is known."""
    return shares(rows["status"], STATUSES, "Point of diversion")


def ranking(found: Ranking, end: str) -> pd.DataFrame:
    """Return the sources of one end, most traces first."""
    rows = found.rows[found.rows["end"] == end]
    intervals = zip(rows["share"], rows["share_low"], rows["share_high"], strict=True)
    young = zip(
        rows["under_year_count"], rows["classed_count"], rows["under_year_low"], rows["under_year_high"], strict=True
    )
    told = {
        "Source": rows["name"].map(words.safe),
        "Traces": rows["trace_count"],
        "Share (95 % interval)": [_share(*each) for each in intervals],
        "Median days to crime": rows["median_days"].round(),
        "From": rows["median_low_days"].round(),
        "To": rows["median_high_days"].round(),
        "Under 1 year": [_of(a, n, low, high) for a, n, low, high in young],
    }
    return pd.DataFrame(told).reset_index(drop=True)


def _of(count: int, total: int, low: float, high: float) -> str:
    if not total:
        return words.DASH
    return f"{words.number(count)} of {words.number(total)} ({words.percent(low)} to {words.percent(high)})"


def funnel(found: Funnel, unit: str) -> pd.DataFrame:
    """Return the steps from seizure to point of diversion, each with its denominator."""
    rows = records(found.steps[found.steps["unit"] == unit])
    told = [
        {
            "Step": STEP_TITLES[row["step"]],
            unit.capitalize(): row["count"],
            "Of": row["of_count"],
            "Share (95 % interval)": words.DASH
            if pd.isna(row["share"])
            else _share(row["share"], row["low"], row["high"]),
        }
        for row in rows
    ]
    return pd.DataFrame(told)


def indicator(found: Indicator) -> list[str]:
    """Return the share in the manner of SDG 16.4.2 with its split numerator, as sentences."""
    if found.reason:
        return [found.reason.capitalize(), found.note]
    other = "not stated by these sources" if found.other_count is None else words.plural(found.other_count, "arm")
    share, low, high = _percentages(found.share, found.low, found.high)
    return [
        f"{share} of seized arms (95 % interval {low} to {high}) have a known point of diversion",
        f"Numerator: {words.plural(found.traced_count, 'arm')} by tracing; by another authority: {other}",
        f"Denominator: {words.plural(found.arm_count, 'arm')} in seizures that state a number; "
        f"{words.plural(found.uncounted_seizure_count, 'seizure')} without a number left out",
        found.note,
    ]
