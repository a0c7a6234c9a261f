"""A corridor as tables under plain headings. Pure."""

import pandas as pd

from dashboard import dossier_words as said
from dashboard import words
from dashboard.filters import Filters
from dashboard.marks import records
from geo.assess import DELTAS
from geo.posterior import DELTA

TURNS = "turns round"
NOTHING_LEFT = "nothing left"
CONTROL_EVENTS = {"reported_lost": "reported lost", "reported_stolen": "reported stolen"}


def verdicts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers behind the findings, one row per other layer; what is unknown is empty.

    Args:
        rows: As ``dossier_words.findings`` takes them.
    """
    ratio = pd.to_numeric(rows["statistic"]) / pd.to_numeric(rows["expected"]).where(lambda n: n > 0)
    told = {
        "Firearms and": [words.layer_title(name) for name in rows["layer"]],
        "Relation": [words.relation_title(name) for name in rows["relation"]],
        "Class": rows["evidence_class"],
        "P common": rows["p_common"],
        "P inverse": rows["p_inverse"],
        "D": rows["d"],
        "Raw: near, found": rows["statistic"],
        "Expected of hubs and distance": rows["expected"],
        "Adjusted: found / expected": ratio,
        "q": rows["q_full_margin"],
        "q roles": rows["q_polarity"],
        "Firearms along": rows["firearms_n"],
        "Other along": rows["other_n"],
    }
    return pd.DataFrame(told).reset_index(drop=True)


def robustness(settings: pd.DataFrame, d: float) -> pd.DataFrame:
    """Return one row per weighting and kappa of one layer: D, P of the likelier word at each delta, and what turns.

    Args:
        settings: ``Dossier.settings`` of one layer.
        d: Its D on the page.
    """
    rows = []
    for (weighting, kappa), mine in settings.groupby(["weighting", "kappa"], sort=True):
        by_delta = mine.set_index("delta")
        at = records(mine[mine["delta"] == DELTA])[0]
        likelier = by_delta[["P_common", "P_inverse"]].max(axis=1)
        told = {
            "Weighed": said.WEIGHTING_WORDS[str(weighting)],
            "Not reached count": said.KAPPA_WORDS[float(str(kappa))],
            "Kappa": kappa,
            "D": at["D"],
            "Word": said.word(at["P_common"], at["P_inverse"]),
            "Sign": NOTHING_LEFT if pd.isna(at["D"]) else TURNS if at["D"] * d < 0 else "as above",
        }
        rows.append(told | {f"P at δ {delta:g}": likelier.get(delta) for delta in DELTAS})
    return pd.DataFrame(rows)


def chains(found: pd.DataFrame, ends: tuple[str, str], filters: Filters, link: str) -> pd.DataFrame:
    """Return the hand-overs of traces between the two places, each with the link to its chain.

    Args:
        found: ``Dossier.chains``.
        ends: Names of the corridor's origin and destination.
        filters: The choice, which the link carries on.
        link: The address of a trace, given the filters' words and its id; see ``words.link``.
    """
    origin, destination = (words.safe(name) for name in ends)
    ways = {"with": f"{origin} → {destination}", "against": f"{destination} → {origin}"}
    shared = filters.to_url()
    told = {
        "Trace": [words.link(link, {**shared, "trace": str(name)}) for name in found["trace_id"]],
        "Way": [ways[way] for way in found["direction"]],
        "From": [event_title(name) for name in found["from_event"]],
        "To": [event_title(name) for name in found["to_event"]],
        "Days between": found["days"],
        "Leaves lawful hands here": found["is_diversion"],
        "Seized": found["seized_from_on"],
        "Time to crime": found["time_to_crime_class"],
    }
    return pd.DataFrame(told).reset_index(drop=True)


def event_title(event: object) -> str:
    """Return a custody event in plain words."""
    return CONTROL_EVENTS.get(str(event), words.safe(event))


def ends(found: pd.DataFrame) -> pd.DataFrame:
    """Return records that begin and end in each place, per layer."""
    rows = [
        {
            "Layer": words.layer_title(row["layer"]),
            "Place": words.safe(row["name"]),
            "Begin there": row["begin_count"],
            "End there": row["end_count"],
            "Of these on this corridor": row["own_count"],
        }
        for row in records(found)
    ]
    return pd.DataFrame(rows)
