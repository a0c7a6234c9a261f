"""A pinned release and the reader's choice -> land borders, hubs and countries by what runs through them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from dashboard import assemble, questions, relations
from dashboard.changes import DAYS_A_YEAR
from dashboard.filters import Filters
from dashboard.stores import Store
from data import networks
from data.places import gazetteer
from geo import measures
from geo.assess import Setting, weighted
from geo.bands import N_MIN
from geo.rates import rate_ratios
from queries import run

SPANNING_MAX = 0.1  # share of a layer's records that may lie on both sides of the middle; chosen by eye, 2026-11
LISTED_MIN = 0.1  # weighted records, both ways and all layers: what is less would be shown as 0.0
DECIMALS = 1  # of weighted records; D and score are worked out from the rounded numbers, as a reader would
BORDER_KEYS, HUB_KEYS = ("country_a", "country_b"), ("place_id",)
BORDER_WAYS = {"onward": "there", "back": "back"}
HUB_WAYS = {"out_weight": "there", "in_weight": "back"}
WEIGHTS = ("there", "back", "before", "after")
PARTNERS = 5  # listed per layer
TOO_COARSE = "dates too coarse"


@dataclass(frozen=True)
class Hubs:
    """Everything the page Borders and hubs shows for one release and one choice of filters.

    Attributes:
        release_id: The pinned release.
        is_synthetic: True when any source of the release is made up.
        marking: The strictest marking of the sources.
        filters: The choice this view answers.
        totals: ``layer, record_count`` of every layer of the release, as the filter bar shows them.
        others: The chosen layers with flows, without firearms.
        borders: One row per (layer, country_a, country_b), country_a < country_b: weighted records by road ``there``
            (a to b) and ``back``, ``before`` and ``after`` the middle of the period (both ways).
        hubs: One row per (layer, place_id): weighted records out (``there``) and in (``back``), ``before, after``.
        flows: ``layer, origin_id, destination_id, origin_country, destination_country, record_count``.
        reports: ``layer, country_id, year, record_count, spanning_count`` of the chosen layers, the whole release.
        places: The release's places and every country, by place_id: ``name, level``.
        halves: First day, first day of the second half, and the day after the last.
        coarse: Layers of which too many records have dates that span the middle: they have no trend.
    """

    release_id: str
    is_synthetic: bool
    marking: str
    filters: Filters
    totals: pd.DataFrame
    others: tuple[str, ...]
    borders: pd.DataFrame
    hubs: pd.DataFrame
    flows: pd.DataFrame
    reports: pd.DataFrame
    places: pd.DataFrame
    halves: tuple[date, date, date]
    coarse: tuple[str, ...]


@dataclass(frozen=True)
class Profile:
    """One country: ``ways`` per layer, ``partners`` per layer and country, ``coverage`` per layer."""

    country_id: str
    ways: pd.DataFrame
    partners: pd.DataFrame
    coverage: pd.DataFrame


def hubs(store: Store, filters: Filters) -> Hubs:
    """Return what the page Borders and hubs shows.

    Raises:
        FilterError: a region or commodity is unknown to this release.
    """
    chosen = replace(filters, layers=questions.known_layers(store, filters))
    found = assemble.flows(store, chosen)
    halves = _halves(store, chosen)
    both = [_half(store, chosen, found, half) for half in (halves[:2], halves[1:])]
    limits = questions.limits_of(store, chosen)
    names = ("since", "until", "countries", "limited", "commodities", "modes", "modi")
    reports = run.rows(store.con, "coverage_reports")
    country = store.places["country_id"]
    return Hubs(
        release_id=store.release.id,
        is_synthetic=store.is_synthetic,
        marking=store.marking,
        filters=filters,
        totals=store.totals(**{name: limits[name] for name in names}),
        others=tuple(name for name in chosen.layers if name != relations.ANCHOR and (found["layer"] == name).any()),
        borders=both_halves([measures.borders(store.crossings, parts) for _, parts in both], BORDER_KEYS, BORDER_WAYS),
        hubs=both_halves([measures.hubs(flows) for flows, _ in both], HUB_KEYS, HUB_WAYS),
        flows=found[["layer", "origin_id", "destination_id", "record_count"]].assign(
            origin_country=found["origin_id"].map(country), destination_country=found["destination_id"].map(country)
        ),
        reports=reports[reports["layer"].isin(chosen.layers)],
        places=_named(store.places),
        halves=halves,
        coarse=_coarse(store, limits, halves[1]),
    )


def passages() -> list[str]:
    """Return the straits and canals that may be closed, by name."""
    return sorted(set(networks.sea()[1]["passage"].dropna()))


def _named(places: pd.DataFrame) -> pd.DataFrame:
    """Return the places with every country the gazetteer knows: ways pass countries that no record names."""
    known = gazetteer().places
    others = known[(known["level"] == "country") & ~known["country_id"].isin(places.index)].set_index("country_id")
    return pd.concat([places[["name", "level"]], others[["name", "level"]]])


def _halves(store: Store, chosen: Filters) -> tuple[date, date, date]:
    """Return the first day of the period, the first of its second half, and the day after its last.

    The second half begins with a year where the period holds two, so that records of a whole year fit into one half.
    """
    spans = store.spans.loc[list(chosen.layers)] if chosen.layers else store.spans
    first = pd.Timestamp(chosen.since or spans["first_on"].min())
    last = pd.Timestamp(chosen.until) if chosen.until else pd.Timestamp(spans["last_on"].max()) + pd.Timedelta(days=1)
    middle = first + pd.Timedelta(days=max((last - first).days, 2) // 2)
    if (last - first).days >= 2 * int(DAYS_A_YEAR):
        middle = pd.Timestamp(middle.year + (middle.day_of_year > DAYS_A_YEAR / 2), 1, 1)
    return first.date(), middle.date(), max(last, middle + pd.Timedelta(days=1)).date()


def _coarse(store: Store, limits: dict[str, object], middle: date) -> tuple[str, ...]:
    """Return the layers with too many records that lie on both sides of the middle."""
    found = run.rows(store.con, "spanning", **limits, pairs=None, middle=middle)
    return tuple(found.loc[found["spanning_count"] > SPANNING_MAX * found["record_count"], "layer"])


def _half(
    store: Store, chosen: Filters, found: pd.DataFrame, half: tuple[date, ...]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the flows of half the period, and their records by network, both with ``weight``.

    Only pairs that the whole period shows. Flows for which there is no way at all are among the first, not the second.
    """
    limited = replace(chosen, since=half[0], until=half[1], min_count=1, confidence="any")
    keys = ["layer", "origin_id", "destination_id"]
    known = pd.MultiIndex.from_frame(found[keys])
    flows, layers = assemble.laid_out(store, limited)
    flows = flows[pd.MultiIndex.from_frame(flows[keys]).isin(known)]
    parts = pd.concat([layer.parts.assign(layer=name) for name, layer in layers.items()], ignore_index=True)
    parts = parts[pd.MultiIndex.from_frame(parts[keys]).isin(known)]
    return flows, weighted(parts, Setting(kappa=chosen.kappa))


def both_halves(tables: list[pd.DataFrame], keys: tuple[str, ...], ways: dict[str, str]) -> pd.DataFrame:
    """Return ``layer``, the keys and WEIGHTS from the tables of both halves, rounded; rows of nothing are left out.

    Args:
        tables: Of the first and of the second half: ``layer``, the keys, and the columns of ``ways``.
        keys: What names a row beside its layer.
        ways: Names of the two directions' columns -> there, back.
    """
    index = ["layer", *keys]
    named = [table.rename(columns=ways).set_index(index)[["there", "back"]].astype("float64") for table in tables]
    whole = named[0].add(named[1], fill_value=0.0)
    for name, table in zip(("before", "after"), named, strict=True):
        whole[name] = table.sum(axis=1).reindex(whole.index).fillna(0.0)
    whole = whole[whole["there"] + whole["back"] >= LISTED_MIN]
    return whole.round(DECIMALS).reset_index()


def ranked(
    table: pd.DataFrame, keys: tuple[str, ...], other: str, days: tuple[int, int], coarse: Sequence[str] = ()
) -> pd.DataFrame:
    """Return the rows by how strongly firearms and another layer meet there, the strongest first.

    Args:
        table: ``borders`` or ``hubs`` of Hubs.
        keys: BORDER_KEYS or HUB_KEYS.
        other: The other layer.
        days: Days of the first and of the second half.
        coarse: As Hubs has them.

    Returns:
        The keys; ``firearms_there, firearms_back, other_there, other_back``; ``firearms_share, other_share``, the
        part that goes there (NaN without records); ``d`` = (2 firearms_share - 1)(2 other_share - 1), NaN where
        either layer has fewer than N_MIN records; ``score`` = sqrt of the product of both layers' records, both
        ways; ``all_layers`` records; and of each layer, as ``firearms_`` and ``other_``, ``ratio, low, high,
        reason`` of geo.rates: second half against the first.
    """
    wide = pd.DataFrame({"all_layers": (table["there"] + table["back"]).groupby([table[k] for k in keys]).sum()})
    for side, layer in (("firearms", relations.ANCHOR), ("other", other)):
        mine = table[table["layer"] == layer].set_index(list(keys))[list(WEIGHTS)]
        mine = mine.reindex(wide.index).fillna(0.0)
        wide[[f"{side}_there", f"{side}_back"]] = mine[["there", "back"]]
        total = mine["there"] + mine["back"]
        wide[f"{side}_share"] = mine["there"] / total.where(total > 0)
        trend = _trend(mine, days)
        if layer in coarse:
            trend = trend.assign(ratio=np.nan, low=np.nan, high=np.nan, reason=TOO_COARSE)
        wide = wide.join(trend.add_prefix(f"{side}_"))
    ways = [(wide[f"{side}_there"].to_numpy(), wide[f"{side}_back"].to_numpy()) for side in ("firearms", "other")]
    wide["score"], wide["d"] = measures.convergence(ways[0], ways[1])
    wide["d"] = wide["d"].where(np.minimum(*(there + back for there, back in ways)) >= N_MIN)
    wide["both"] = wide["firearms_there"] + wide["firearms_back"]
    by = ["score", "both", "all_layers", *keys]
    return wide.reset_index().sort_values(by, ascending=[False] * 3 + [True] * len(keys), ignore_index=True)


def _trend(mine: pd.DataFrame, days: tuple[int, int]) -> pd.DataFrame:
    counts = pd.DataFrame({"before_count": mine["before"], "after_count": mine["after"]})
    told = rate_ratios(counts.assign(before_exposure=float(days[0]), after_exposure=float(days[1])))
    return told[["ratio", "low", "high", "reason"]]


def days(view: Hubs) -> tuple[int, int]:
    """Return the length of both halves of the period."""
    first, middle, last = view.halves
    return (middle - first).days, (last - middle).days


def countries(view: Hubs) -> list[str]:
    """Return the countries that any flow begins or ends in, those with most records first."""
    flows = view.flows
    ends = [flows.groupby(name)["record_count"].sum() for name in ("origin_country", "destination_country")]
    total = ends[0].add(ends[1], fill_value=0)
    return [str(name) for name in total.sort_index().sort_values(ascending=False, kind="stable").index]


def profile(view: Hubs, country_id: str) -> Profile:
    """Return what is recorded of one country.

    Returns:
        ``ways``: ``layer, out_count, in_count, within_count`` (records). ``partners``: ``layer, partner_id,
        out_count, in_count``, at most PARTNERS of a layer, the largest first. ``coverage``: ``layer, record_count,
        first_year, last_year, year_count`` of what was found there, the whole release; 0 and NaN where never any.
    """
    flows = view.flows
    is_from, is_to = flows["origin_country"] == country_id, flows["destination_country"] == country_id
    kinds = {"out_count": is_from & ~is_to, "in_count": is_to & ~is_from, "within_count": is_from & is_to}
    names = [name for name in view.filters.layers if name == relations.ANCHOR or name in view.others]
    ways = pd.DataFrame({kind: flows[mask].groupby("layer")["record_count"].sum() for kind, mask in kinds.items()})
    ways = ways.reindex(names).fillna(0).astype("int64").rename_axis("layer").reset_index()
    both = [
        flows[kinds[kind]].groupby(["layer", there])["record_count"].sum().rename_axis(["layer", "partner_id"])
        for kind, there in (("out_count", "destination_country"), ("in_count", "origin_country"))
    ]
    partners = pd.DataFrame({"out_count": both[0], "in_count": both[1]}).fillna(0).astype("int64")
    partners = partners.assign(total=partners.sum(axis=1)).reset_index()
    partners["layer"] = pd.Categorical(partners["layer"], names)  # in the order of the side bar
    order = partners.sort_values(["layer", "total", "partner_id"], ascending=[True, False, True], kind="stable")
    listed = order.groupby("layer", observed=True).head(PARTNERS).drop(columns="total").reset_index(drop=True)
    return Profile(country_id, ways, listed.astype({"layer": "str"}), _coverage(view, country_id))


def _coverage(view: Hubs, country_id: str) -> pd.DataFrame:
    mine = view.reports[view.reports["country_id"] == country_id]
    dated = mine[mine["record_count"] > 0].groupby("layer")["year"]
    found = pd.DataFrame(
        {
            "record_count": mine.groupby("layer")["record_count"].sum(),
            "first_year": dated.min(),
            "last_year": dated.max(),
            "year_count": dated.nunique(),
        }
    ).reindex([name for name in view.filters.layers if name in set(view.reports["layer"])])
    counts = ["record_count", "year_count"]
    found[counts] = found[counts].fillna(0).astype("int64")
    return found.rename_axis("layer").reset_index()
