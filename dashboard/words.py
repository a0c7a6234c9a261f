"""Captions, caveats, number formats and findings: every sentence a page says."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date
from urllib.parse import urlencode

import pandas as pd

from dashboard.filters import Filters
from data.disclosure import SUPPRESSED, Rule

LAYER_TITLES = {
    "firearms": "Firearms",
    "drugs": "Drugs",
    "human_trafficking": "Human trafficking",
    "terrorism": "Terrorism",
}
RELATION_TITLES = {
    "common": "Common",
    "inverse": "Inverse",
    "mixed": "Mixed",
    "crossing": "Crossing",
    "insufficient": "Too little evidence",
}
DIFFERING = "Its parts differ"  # of a line that stands for corridors of several relations
RELATION_MEANINGS = {
    "common": "same corridor, same direction as the firearms",
    "inverse": "same corridor, opposite direction to the firearms",
    "mixed": "same corridor; neither the same way nor the opposite way is sure",
    "crossing": "the routes meet but do not run along each other",
    "insufficient": "too few records to tell, or the other layer is known only by country there",
}
RELATION_CAVEAT = (
    "Common and inverse describe where records run and which way. They never say that the same network or the same "
    "people move both."
)
RELATION_KEYS = {
    "common": "common: same way",
    "inverse": "inverse: opposite way",
    "mixed": "mixed: neither is sure",
    "crossing": "crossing: the routes only cross",
    "insufficient": "too little evidence",
}
CORRIDOR_KM = (
    "Kilometres of corridor on which both layers have records, rounded. Inverse: opposite directions. Common: the "
    "same direction. Mixed: both directions are used and neither prevails."
)
MODE_TITLES = {
    "air": "Air",
    "sea": "Sea",
    "land_road": "Road",
    "rail": "Rail",
    "mail": "Mail and parcel",
    "pedestrian": "On foot",
    "river": "River",
    "other": "Other",
}
SYNTHETIC = "SYNTHETIC SAMPLE DATA. Every record here is invented to show how the tool works; no flow is real."
YEARS = (
    "A gap is a year without any record. It may mean that nothing was reported, not that nothing happened. Where a "
    "line leaps or falls, a source may have begun or ended: see Coverage. Records that are dated to several years are "
    "spread evenly over them."
)
WITHHELD = f"{SUPPRESSED}: there is something, too little to be told without pointing at people."
COUNTS = "Counts are reports, not volumes: they show what was found and published, not what was moved."
BOUNDARIES = (
    "Boundaries, names and designations on this map imply no opinion on the legal status of any territory. Thin "
    "dashed borders are disputed. Map data: Natural Earth, public "
    "domain; roads © OpenStreetMap contributors (ODbL); sea lanes and ports from searoute."
)
LINES = (
    "Between two places finer than a country, a line follows a plausible way by road, sea or air, not one that was "
    "observed; the cells around a chosen corridor show how unsure it is. Where an end is known only as a country, or "
    "no way was found, the line is a curve. Each flow keeps to the right of its direction of travel."
)
BOWS = (
    "Lines join the two ends of a flow; they are not routes. Each bows to the right of its direction of travel, so "
    "that the way there and the way back stay apart."
)
NOT_REPORTED = "Nothing reported of the chosen layers in this period: not the same as none"
TOO_FEW = "Not enough data"
TOO_COARSE = "Dates too coarse"
CONFIDENCE_TITLES = {"any": "Any", "medium": "Medium or high", "high": "High"}
CONFIDENCE = (
    "How well a flow is documented: a point each for two sources or more, for both ends known more closely than their "
    "country, and for half of its records or more dated to a month or closer. High is three points, medium two."
)
MODUS_TITLES = {
    "parcel": "By parcel or mail",
    "parts": "In parts",
    "darknet": "Bought on the darknet",
    "printed": "3D-printed",
    "converted": "Converted",
    "concealed": "Concealed",
    "other": "Another way",
    "unknown": "Not stated",
}
LEVEL_TITLES = {"country": "Country only", "admin1": "State or province", "place": "Town or place"}
CONVERGENCE = (
    "Score = √((F→ + F←) × (O→ + O←)): the geometric mean of the firearms and the other layer's records in the row, so "
    "that a place counts only where both are many. D = (F→ − F←) / (F→ + F←) × (O→ − O←) / (O→ + O←): +1, all run the "
    "same way; −1, opposite ways; a dash, one of them has fewer than five. F and O are the columns shown here."
)
EXPECTED_BORDERS = (
    "Expected records by road, both ends' records spread over all ways tried: a way that may cross at three places "
    "counts at each with its probability. Nobody saw these crossings. Counted where the roads tried pass from one "
    "country into the next; one that passes through a country and comes back counts both ways. Records by sea and air "
    "cross no land border."
)
HUB_RECORDS = (
    "Weighted records that begin or end in the place itself. A country stands here for ends known only as the country; "
    "its towns have rows of their own. A destination not reached counts as the side bar says."
)
HALVES = (
    "Second half / first: records a day of {second} against {first}, with the exact 95 % interval of a ratio of two "
    "counts. It follows who reported when: see Time for a comparison that leaves silent years out. Dates too coarse: "
    "those of more than a tenth of the layer's records span both halves."
)
CLOSING = (
    "Only flows whose way may pass there are routed anew; air routes stay. The score above and the map do not change. "
    "Way now and then: of the most typical of the ways tried; it may stay while others move."
)
SWITCHED = (
    "An assumption, not a finding: they are shared out as this layer's records of unstated transport are, by distance "
    "and landmass, over what still joins the two places. Nobody knows whether they would move at all."
)
CLOSED_BORDER = (
    "Expected records by road, both directions together. What would have to change to sea or air crosses no land "
    "border afterwards."
)
NETWORK_TITLES = {"road": "by road", "sea": "by sea", "air": "by air"}
AREAS = "An end known only as a country has no dot: its line starts at a point chosen to stand for the country."
INTENDED = "A dashed flow: most of its records state a destination that was not reached."
NULL_HELP = (
    "Layers that share hubs share corridors by that alone. This draws 199 worlds in which a layer keeps its hubs and "
    "its decay with distance and nothing else, and asks whether the real direction stands out. Up to half a minute."
)
SILENCE = (
    "Silence is not absence: a country without records may not have looked, found or published. Records stand in the "
    "country of seizure, recovery or detection."
)
STEP_GAPS = (
    "No bar means that nothing was reported for that {step}, not that nothing moved. Each layer has a scale of its own."
)
DASH = "–"
P_SURPRISE = 0.05  # geo/README.md, "More than hubs and distance?": where the null model stops explaining
SHARES = ("inverse_share", "common_share", "mixed_share")

_HEEDED = re.compile(r"[<>$`{}\[]|:\S|^@@")  # what ``safe`` changes has one of these
_MARKDOWN = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
HELD_SPACE = "\N{NO-BREAK SPACE}"
_OBEYED = re.compile(r"[\\*_~\[\]#|]|:(?=\w)")
_SCHEME = re.compile(r"\b(?:https?|ftp|javascript|data)(?=:\S)", re.IGNORECASE)


def safe(text: object) -> str:
    """Return a text of the data so that neither deck.gl, Markdown nor plotly takes it for an instruction."""
    plain = "" if text is None or text is pd.NA or text != text else str(text)
    if not _HEEDED.search(plain):
        return plain
    plain = _MARKDOWN.sub(r"\1", plain)
    plain = _SCHEME.sub(lambda found: found.group() + "\u2060", plain)
    for sign, instead in (("<", "‹"), (">", "›"), ("$", "＄"), ("`", "'"), ("{", "("), ("}", ")"), ("![", "! [")):
        plain = plain.replace(sign, instead)
    return f"\u2060{plain}" if plain.startswith("@@") else plain


def caption(text: object) -> str:
    """Return a text of the data for a place that reads Markdown: its signs are shown, not obeyed; 12 % stays whole."""
    return _OBEYED.sub(r"\\\g<0>", safe(text)).replace(" %", f"{HELD_SPACE}%")


def number(value: float | None) -> str:
    """Return a whole number with thousands separators; an unknown one as a dash."""
    return DASH if value is None or value != value else f"{round(value):,}"


def percent(share: float | None, decimals: int = 0) -> str:
    """Return a share from 0 to 1 as a percentage; an unknown one as a dash, a tiny one as under 1 % or under 0.1 %."""
    if share is None or math.isnan(share):
        return DASH
    if share == 0:
        return "0 %"
    least = 10.0 ** -(decimals + 2)
    return f"under {least * 100:g} %" if 0 < share < least else f"{share * 100:.{decimals}f} %"


def plural(count: float, one: str, many: str | None = None) -> str:
    """Return a count with its noun: 1 record, 2 records, 1,200 records."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def layer_title(layer: str) -> str:
    """Return a layer's name in plain words."""
    return LAYER_TITLES.get(layer, safe(layer).replace("_", " ").capitalize())


def relation_title(relation: str) -> str:
    """Return a relation's name in plain words."""
    if relation == "differing":
        return DIFFERING
    return RELATION_TITLES.get(relation, safe(relation).capitalize())


def period(first: date | None, last: date | None) -> str:
    """Return the years of a period: 2020, or 2018 to 2024; empty when unknown."""
    if first is None or last is None or pd.isna(first) or pd.isna(last):
        return ""
    return str(first.year) if first.year == last.year else f"{first.year} to {last.year}"


def count_range(low: float, high: float) -> str:
    """Return a record count, with its upper bound where the publisher printed a range."""
    return plural(low, "record") if not high > low else f"{number(low)} to {number(high)} records"


def withheld(layer: str, found: pd.DataFrame, small: Rule) -> str:
    """Return what is not told of a layer because its counts are small, and how the others are told.

    Args:
        layer: A layer about victims.
        found: Its rows of ``view.Explore.withheld``.
        small: ``view.Explore.small``.
    """
    step, years = small["k_victims"], small["bin_years"]
    sentence = (
        f"{layer_title(layer)}: to protect victims, records are counted per pair of places and {years} years and "
        f"rounded down to a multiple of {step}"
    )
    if found.empty:
        return sentence
    cells = plural(found["cell_count"].sum(), "smaller count")
    return f"{sentence}; {cells}, on {plural(len(found), 'pair')} of places, {_are(found)} withheld ({SUPPRESSED})"


def _are(found: pd.DataFrame) -> str:
    return "is" if found["cell_count"].sum() == 1 else "are"


def way(network: str | None, length_km: float, confidence: float) -> str:
    """Return what the line of a corridor is drawn along and how sure that is, as sentences.

    Args:
        network: road, sea or air; None where the line is a curve.
        length_km: Of the line.
        confidence: Mean probability of its steps.
    """
    if network is None:
        return "Drawn as a curve, not as a way: an end is known only as a country, or no way was found between the two."
    return (
        f"Drawn {NETWORK_TITLES.get(network, safe(network))}, {number(float(f'{length_km:.2g}'))} km, path confidence "
        f"{confidence:.2f}: on average, {percent(confidence)} of the ways tried take a step of this line. The shaded "
        "cells are what those ways take, the darker the more of them. None of them was observed."
    )


def link(address: str, params: Mapping[str, str]) -> str:
    """Return the address of a page of this app with its choices."""
    return f"{address}?{urlencode(params)}"


def showing(layer: str, flows: pd.DataFrame, totals: pd.DataFrame) -> str:
    """Return how much of a layer is on the map: 40 of 312 flows, 71 % of records.

    Args:
        layer: Which layer.
        flows: ``view.Explore.flows``.
        totals: ``view.Explore.totals``.
    """
    shown = flows[(flows["layer"] == layer) & flows["is_shown"]]
    mine = totals[totals["layer"] == layer]
    flow_count = int(mine["flow_count"].sum())
    records = float(mine["flow_record_count"].sum())
    if not flow_count:
        return f"{layer_title(layer)}: no flow in this choice"
    part = percent(float(shown["record_count"].sum()) / records) if records else DASH
    return f"{layer_title(layer)}: showing {number(len(shown))} of {plural(flow_count, 'flow')}, {part} of records"


def corridors_shown(shown: int, whole: int) -> str:
    """Return how many comparisons of a corridor with another layer are listed, and why not all."""
    compared = plural(
        whole, "comparison of a corridor with another layer", "comparisons of corridors with other layers"
    )
    if shown == whole:
        return f"All of {compared}."
    return (
        f"Showing {number(shown)} of {compared}: those of the firearms flows drawn, the largest and those with a word. "
        "“Largest flows per layer” in the side bar draws more."
    )


def unlimited(layers: Iterable[str], chosen: Filters) -> str:
    """Return that these layers of incidents are not limited by some of the chosen filters; empty where none is set."""
    filters = {"what was found": chosen.commodity, "transport": chosen.mode, "how": chosen.modus}
    unheard = [name for name, value in filters.items() if value]
    titles = [layer_title(name) for name in layers]
    if not titles or not unheard:
        return ""
    return f"{', '.join(titles)}: not limited by {' or '.join(unheard)}, which incidents do not state."


def listed(rows: pd.DataFrame, entries: pd.DataFrame) -> str:
    """Return how many of each layer's entries are listed, as a sentence.

    Args:
        rows: What is listed, with its ``layer``.
        entries: ``view.Evidence.entries``.
    """
    counts = rows["layer"].value_counts()
    told = [
        f"{layer_title(name)} {number(counts.get(name, 0))} of {plural(whole, 'entry', 'entries')}"
        for name, whole in entries[["layer", "entry_count"]].itertuples(index=False, name=None)
    ]
    return f"Listed, the newest of each direction: {'; '.join(told)}."


def headline(omega: pd.DataFrame) -> list[str]:
    """Return one sentence per other layer: on which part of the shared corridors it is inverse, on which common."""
    sentences = []
    columns = [omega[name].tolist() for name in ("layer", "shared_km", *SHARES)]
    for layer, shared_km, inverse_share, common_share, mixed_share in zip(*columns, strict=True):
        pair = f"Firearms and {layer_title(layer).lower()}"
        if pd.isna(shared_km) or not shared_km > 0:
            sentences.append(f"{pair}: no shared corridor in this choice")
        else:
            there = f"{pair} share about {number(float(f'{shared_km:.2g}'))} km of corridor"
            ways = f"on {percent(inverse_share)} they run opposite ways, on {percent(common_share)} the same way"
            sentences.append(f"{there}: {ways}, on {percent(mixed_share)} neither way prevails")
    return sentences


def dated(step: str, shown: Mapping[str, int], total: Mapping[str, int]) -> str:
    """Return how many records a step of time cannot show, as a sentence; empty where it shows all.

    Args:
        step: month, quarter or year.
        shown: Records dated well enough, by layer.
        total: All records, by layer.
    """
    told = [
        f"{layer_title(name)} {number(whole - shown[name])} of {number(whole)} ({percent(1 - shown[name] / whole)})"
        for name, whole in total.items()
        if whole > shown[name]
    ]
    return f"Left out, for their dates do not fit into one {step}: {'; '.join(told)}." if told else ""
