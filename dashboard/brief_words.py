"""What a brief says around its findings: the choice, the date, what nobody can see. Pure."""

import math

import pandas as pd

from dashboard import coverage, findings, words
from dashboard.coverage import Coverage
from dashboard.filters import KAPPA, Filters
from data import disclosure
from data.places import gazetteer
from data.release import Release

WITHHELD = "withheld.parquet"  # the table of cells too small to be told
SPACE_TIME = (
    "Findings are about where records run, when and which way. They name no network, no actor and no cause: two "
    "flows on one corridor need not have anything to do with each other."
)
SPACE_TIME_SHORT = "About where records run, when and which way. Names no network, no actor and no cause."
CAVEATS = (
    words.COUNTS,
    SPACE_TIME,
    "A finding is told only where the direction is sure under every way of weighing records, and where the overlap is "
    "more than each layer's own hubs and the distance between places give (at most one in ten of such findings is "
    "expected to be false).",
    "Destinations that a record states but that were not reached count by half, unless said otherwise above.",
    "Counts too small to be told are printed as :c. A line on the map is a plausible way, not an observed one.",
)
LISTED = 4  # silent countries named


def country_names() -> dict[str, str]:
    """Return every country's name by its id."""
    places = gazetteer().places
    countries = places[places["level"] == "country"]
    return dict(zip(countries["country_id"].astype(str), countries["name"].astype(str), strict=True))


def choice(filters: Filters, parts: list[str], names: dict[str, str]) -> str:
    """Return what the brief is about: period, region, layers, and whatever else was limited."""
    told = [_period(filters), ", ".join(words.safe(names.get(each, each)) for each in filters.region) or "all regions"]
    told.append(", ".join(findings.mid(findings.part_title(part)) for part in parts))
    if filters.commodity:
        told.append(f"only {', '.join(words.safe(each) for each in filters.commodity)}")
    if filters.modus:
        told.append(f"only {', '.join(words.MODUS_TITLES[modus].lower() for modus in filters.modus)}")
    if filters.mode:
        told.append(f"only by {', '.join(words.MODE_TITLES[mode].lower() for mode in filters.mode)}")
    if filters.min_count > 1:
        told.append(f"flows of {words.number(filters.min_count)} records or more")
    if filters.confidence != "any":
        told.append(f"flows of {words.CONFIDENCE_TITLES[filters.confidence].lower()} confidence")
    if filters.kappa != KAPPA:
        told.append(f"destinations not reached count {filters.kappa:g}")
    return "; ".join(told)


def _period(filters: Filters) -> str:
    if filters.since and filters.until:
        return f"from {filters.since} until before {filters.until}"
    if filters.since or filters.until:
        return f"since {filters.since}" if filters.since else f"until before {filters.until}"
    return "all dates"


def day(value: pd.Timestamp) -> str:
    """Return a day as 3 May 2024."""
    return f"{value.day} {value:%B %Y}"


def as_of(flows: pd.DataFrame, release_id: str) -> str:
    """Return the end of the data and where it comes from."""
    return f"Data until {day(flows['last_on'].max())}, release {release_id}"


def silent(seen: Coverage, layer: str) -> tuple[int, int]:
    """Return how many countries of the region report nothing of a layer in the period, and how many there are."""
    reporting = seen.layers.loc[seen.layers["layer"] == layer, "country_count"].sum()
    return len(seen.countries) - int(reporting), len(seen.countries)


def unseen(seen: Coverage, flows: pd.DataFrame, sources: pd.DataFrame, release: Release) -> list[str]:
    """Return what the records cannot show, as sentences, the layer of the first flow first.

    Args:
        seen: What the page Coverage knows.
        flows: Those of the brief.
        sources: Those the flows come from.
        release: The pinned release.
    """
    own = findings.layer_of(str(flows["layer"].iloc[0]))
    others = [str(layer) for layer in seen.layers["layer"] if layer != own]
    names = seen.names[seen.names["source_id"].isin(sources["source_id"])]
    told = [
        _silent(seen, own),
        _fell_silent(seen, own),
        _coarse(flows),
        _unplaced(names),
    ]
    if set(seen.layers["layer"]) & set(disclosure.VICTIM_LAYERS):
        told.insert(3, _withheld(release))
    told += [_silent(seen, layer) for layer in others]
    told.append(_kept_back(sources))
    return [line for line in told if line]


def _silent(seen: Coverage, layer: str) -> str:
    missing, total = silent(seen, layer)
    title = findings.mid(words.layer_title(layer))
    if not missing:
        return ""
    return (
        f"{words.number(missing)} of {words.number(total)} countries and territories have no record of {title} in this "
        "period."
    )


def _fell_silent(seen: Coverage, layer: str) -> str:
    """Return which countries report nothing in the layer's last year though they did before."""
    year = seen.layers.loc[seen.layers["layer"] == layer, "last_year"].max()
    if seen.years is None or pd.isna(year):
        return ""
    cells = coverage.cells(seen, layer)
    last = cells[(cells["year"] == year) & (cells["state"] == coverage.SILENT)]
    earlier = cells[(cells["year"] < year) & (cells["record_count"] > 0)]
    gone = earlier[earlier["country_id"].isin(last["country_id"])].groupby("country_id")["record_count"].sum()
    if gone.empty:
        return ""
    order = gone.sort_index().sort_values(ascending=False, kind="stable")
    names = [words.safe(seen.countries.at[str(each), "name"]) for each in order.index]
    more = len(names) - LISTED
    rest = f" and {words.number(more)} more" if more > 0 else ""
    title = findings.mid(words.layer_title(layer))
    return f"No record of {title} in {int(year)}, though there are earlier ones: {', '.join(names[:LISTED])}{rest}."


def _coarse(flows: pd.DataFrame) -> str:
    whole = flows["record_count"].sum()
    share = flows.loc[flows["is_coarse"], "record_count"].sum() / whole if whole else math.nan
    if share == 1:
        return "Every record names an end by its country alone."
    return f"{words.percent(share)} of the records name an end by its country alone." if share > 0 else ""


def _unplaced(unknown: pd.DataFrame) -> str:
    rows, names = int(unknown["row_count"].sum()), int(unknown["name_count"].sum())
    if not rows:
        return ""
    have = words.plural(rows, "published row names a place", "published rows name places")
    return f"{have} that nobody could locate ({words.plural(names, 'name')})."


def _withheld(release: Release) -> str:
    count, rule = int(release.files[WITHHELD]["row_count"]), release.manifest["disclosure"]
    if not count:
        return ""
    have = words.plural(count, "smaller count")
    return (
        f"Counts about victims are told per pair of places and {rule['bin_years']} years, rounded down to a multiple "
        f"of {rule['k_victims']}; {have} {'is' if count == 1 else 'are'} withheld (:c)."
    )


def _kept_back(sources: pd.DataFrame) -> str:
    kept = sources.loc[~sources["redistributable"].astype(bool), "title"].drop_duplicates()
    if kept.empty:
        return ""
    return f"The records behind these sources may not be passed on: {', '.join(words.safe(each) for each in kept)}."


def credits(sources: pd.DataFrame) -> list[str]:
    """Return one line per source: title, publisher, licence, files and the day they were taken in."""
    told = []
    for (title, publisher, licence), mine in sources.groupby(["title", "publisher", "licence"], sort=False):
        taken = mine["retrieved_on"].max()
        when = f", taken in on {day(taken)}" if pd.notna(taken) else ""
        files = words.plural(len(mine), "file")
        told.append(f"{words.safe(title)}. {words.safe(publisher)}. Licence: {words.safe(licence)}; {files}{when}.")
    return told
