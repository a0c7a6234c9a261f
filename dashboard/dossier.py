"""A pinned release, the reader's choice and one corridor -> everything that is known of it, as one frozen view."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from dashboard import assemble, custody, questions, relations, view
from dashboard.filters import Filters
from dashboard.stores import Store
from geo import panel, proximity
from geo.assess import sensitivity
from geo.discovery import q_values
from geo.leadlag import EVENTS_MIN, lead_lags
from geo.near import km_to_line
from geo.proximity import ProximityTest
from queries import run

NEAR_KM = 75.0  # geo/README.md, "Incidents near corridors": how far incidents are looked for from a line
AIR = "air"
NO_LINE = "no line on the ground or at sea is known between the two places"
BY_AIR = "most records of this corridor travel by air, and no place below an air line is near it in any useful sense"
BY_COUNTRY = "one end is known only by its country, and a line between countries lies near nothing"
TEST_DRAWS, TEST_SEED = 199, 1  # as the other tests of the app
SETTING_COLUMNS = ["layer", "weighting", "kappa", "delta", "D", "P_common", "P_inverse"]
TRACE_COLUMNS = ["trace_id", "seized_from_on", "stage", "time_to_crime_class"]
END_COLUMNS = ["layer", "place_id", "name", "begin_count", "end_count", "own_count"]


@dataclass(frozen=True)
class Dossier:
    """What is known of one corridor beyond its row in ``view.Explore.corridors``.

    Attributes:
        evidence: Its records; gives the corridor's id, the names of both ends and which way is ``with``.
        is_coarse: One end is known only by its country.
        months: ``layer, direction`` (with, against), ``first_month_on, last_month_on, record_count``.
        lags: One row per other layer: ``layer`` and the columns of ``geo.leadlag.lead_lags`` against firearms, over
            the months both layers cover, ``q`` over the layers; ``undated_count``, records of the pair dated less
            exactly than a month; ``is_corrected`` for effort: what else was found in both countries each month.
        settings: ``layer, weighting, kappa, delta, D, P_common, P_inverse`` of firearms and each other layer.
        chains: One row per hand-over of a trace between the two places: ``trace_id, direction, from_event, to_event,
            days`` (nullable), ``is_diversion, seized_from_on, stage, time_to_crime_class``.
        ends: One row per (layer, end): ``layer, place_id, name``, ``begin_count, end_count`` (all records that begin,
            and that end, there), ``own_count`` (those of this corridor).
        network: What most records of the pair travel on; empty where nothing is known.
        near: ``layer, year, incident_count`` within NEAR_KM of the corridor's line.
        near_reason: Why none could be looked for; empty when they could.
    """

    evidence: view.Evidence
    is_coarse: bool
    months: pd.DataFrame
    lags: pd.DataFrame
    settings: pd.DataFrame
    chains: pd.DataFrame
    ends: pd.DataFrame
    network: str
    near: pd.DataFrame
    near_reason: str


def dossier(store: Store, filters: Filters, corridor_id: str) -> Dossier:
    """Return what is known of one corridor.

    Raises:
        FilterError: no such corridor in this release, or a region or commodity is unknown to it.
    """
    evidence = assemble.evidence(store, filters, corridor_id)
    chosen = replace(filters, layers=questions.known_layers(store, filters))
    pair = tuple(sorted(corridor_id.split("~")))
    found, layers = assemble.laid_out(store, chosen)
    months = _months(store, chosen, evidence, pair)
    is_coarse = bool(store.places.loc[list(pair), "level"].eq("country").any())
    network = _network(layers, pair)
    reason = BY_COUNTRY if is_coarse else BY_AIR if network == AIR else ""
    near = None if reason else _near(store, chosen, pair, network)
    return Dossier(
        evidence=evidence,
        is_coarse=is_coarse,
        months=months,
        lags=_lags(store, chosen, months, pair),
        settings=_settings(store, layers, pair, is_coarse),
        chains=_chains(store, chosen, evidence, pair),
        ends=_ends(store, found, pair),
        network=network,
        near=pd.DataFrame(columns=["layer", "year", "incident_count"]) if near is None else near,
        near_reason=reason or (NO_LINE if near is None else ""),
    )


def totals(store: Store, filters: Filters) -> pd.DataFrame:
    """Return ``layer, record_count`` of every layer of the release, as the filter bar shows them.

    Raises:
        FilterError: a region or commodity is unknown to this release.
    """
    limits = questions.limits_of(store, replace(filters, layers=questions.known_layers(store, filters)))
    names = ("since", "until", "countries", "limited", "commodities", "modes", "modi")
    return store.totals(**{name: limits[name] for name in names})


def near_tests(store: Store, filters: Filters) -> dict[str, ProximityTest]:
    """Return whether incidents of each point layer lie nearer firearms flows than hubs and ways explain.

    Raises:
        FilterError: a region or commodity is unknown to this release.
    """
    chosen = replace(filters, layers=questions.known_layers(store, filters))
    found = assemble.flows(store, replace(chosen, layers=(relations.ANCHOR,)))
    limits = questions.limits_of(store, chosen)
    points = {name: limits[name] for name in ("since", "until", "layers", "countries")}
    incidents = run.rows(store.con, "incidents_by_cell", **points)
    placed = incidents[incidents["precision"] == "cell"].astype({"cell": "Int64"})
    return {
        str(layer): proximity.proximity_test(
            store.places, found, mine[["cell", "incident_count"]], TEST_DRAWS, TEST_SEED
        )
        for layer, mine in placed.groupby("layer")
    }


def _both(pair: tuple[str, ...]) -> dict[str, str]:
    return {"place_a": pair[0], "place_b": pair[1]}


def _directed(rows: pd.DataFrame, evidence: view.Evidence) -> pd.DataFrame:
    """Return the rows with ``direction``, as the records' own: with, from the evidence's origin."""
    return rows.assign(direction=np.where(rows["origin_id"] == evidence.origin_id, "with", "against"))


def _months(store: Store, filters: Filters, evidence: view.Evidence, pair: tuple[str, ...]) -> pd.DataFrame:
    rows = run.rows(store.con, "dossier_months", **questions.of_flows(store, filters), **_both(pair))
    found = _directed(rows, evidence)
    return found[["layer", "direction", "first_month_on", "last_month_on", "record_count"]]


def _lags(store: Store, filters: Filters, months: pd.DataFrame, pair: tuple[str, ...]) -> pd.DataFrame:
    """Return lead and lag of each other layer with records of the pair, against firearms."""
    dated = months[months["first_month_on"] == months["last_month_on"]].rename(columns={"first_month_on": "month"})
    undated = months[months["first_month_on"] != months["last_month_on"]].groupby("layer")["record_count"].sum()
    if relations.ANCHOR not in set(months["layer"]):
        return pd.DataFrame(columns=["layer", "undated_count"])
    found = run.rows(store.con, "dossier_effort", **_both(pair)).assign(corridor_id="pair")
    tables = []
    for layer in [name for name in months["layer"].unique() if name != relations.ANCHOR]:
        names = (relations.ANCHOR, str(layer))
        span = _span(store, filters, names)
        first, second = (
            panel.monthly(dated[dated["layer"] == name].assign(corridor_id="pair"), ["pair"], span) for name in names
        )
        missing = sum(int(undated.get(name, 0)) for name in names)
        effort = _effort(found, span)
        judged = lead_lags(first, second, effort, effort)
        tables.append(judged.assign(layer=layer, undated_count=missing, is_corrected=effort is not None))
    if not tables:
        return pd.DataFrame(columns=["layer", "undated_count"])
    lags = pd.concat(tables, ignore_index=True)
    return lags.assign(q=q_values(lags["p"].to_numpy(np.float64)))


def _effort(found: pd.DataFrame, span: pd.DatetimeIndex) -> pd.DataFrame | None:
    """Return enforcement effort in both countries by month; None where too little else was found to tell it."""
    seizures = panel.monthly(found, ["pair"], span)
    return panel.smoothed_effort(seizures) if seizures.to_numpy().sum() >= EVENTS_MIN else None


def _span(store: Store, filters: Filters, names: tuple[str, str]) -> pd.DatetimeIndex:
    """Return the first days of the whole months that both layers and the filters cover."""
    spans = store.spans.loc[list(names)]
    first, last = spans["first_on"].max(), spans["last_on"].min() + pd.Timedelta(days=1)
    first = max(first, pd.Timestamp(filters.since)) if filters.since else first
    last = min(last, pd.Timestamp(filters.until)) if filters.until else last
    months = pd.date_range(first, last, freq="MS")
    return pd.DatetimeIndex(months[months + pd.DateOffset(months=1) <= last])


def _settings(store: Store, layers: dict[str, relations.Layer], pair: tuple[str, ...], is_coarse: bool) -> pd.DataFrame:
    """Return what the corridor would be under other settings, per other layer; no row without a path."""
    anchor, pairs = layers[relations.ANCHOR], store.net.pairs
    is_known = ((pairs["place_a"] == pair[0]) & (pairs["place_b"] == pair[1])).any()
    asked = pd.DataFrame({"place_a": [pair[0]], "place_b": [pair[1]], "is_coarse": [is_coarse]})
    tables = [
        sensitivity(store.net, (anchor.parts, layer.parts), asked).assign(layer=name)
        for name, layer in layers.items()
        if is_known and name != relations.ANCHOR and len(layer.flows) and len(anchor.flows)
    ]
    return pd.concat(tables, ignore_index=True)[SETTING_COLUMNS] if tables else pd.DataFrame(columns=SETTING_COLUMNS)


def _chains(store: Store, filters: Filters, evidence: view.Evidence, pair: tuple[str, ...]) -> pd.DataFrame:
    """Return the hand-overs between the two places of the traces that pass the filters; none to officials."""
    columns = ["trace_id", "direction", "from_event", "to_event", "days", "is_diversion", *TRACE_COLUMNS[1:]]
    if not store.has_records:
        return pd.DataFrame(columns=columns)
    steps = _directed(store.records("dossier_chains", **_both(pair)), evidence)
    chosen = custody.traces(store, filters).rows[TRACE_COLUMNS]
    return steps.merge(chosen, on="trace_id", how="inner")[columns]


def _ends(store: Store, flows: pd.DataFrame, pair: tuple[str, ...]) -> pd.DataFrame:
    """Return per layer the records that begin and that end in each place of the pair."""
    rows = []
    for layer, mine in flows.groupby("layer"):
        is_own = mine["origin_id"].isin(pair) & mine["destination_id"].isin(pair)
        is_own &= mine["origin_id"] != mine["destination_id"]
        for place in pair:
            counts = [
                int(mine.loc[mine[f"{end}_id"] == place, "record_count"].sum()) for end in ("origin", "destination")
            ]
            own = int(mine.loc[is_own, "record_count"].sum())
            rows.append((layer, place, store.places.at[place, "name"], *counts, own))
    return pd.DataFrame(rows, columns=END_COLUMNS)


def _network(layers: dict[str, relations.Layer], pair: tuple[str, ...]) -> str:
    """Return what most records of the pair travel on."""
    parts = pd.concat([layer.parts for layer in layers.values()], ignore_index=True)
    mine = parts[parts["origin_id"].isin(pair) & parts["destination_id"].isin(pair)]
    weights = (mine["observed"] + mine["intended"]).groupby(mine["network"]).sum().sort_index()
    return str(weights.idxmax()) if len(weights) and weights.max() > 0 else ""


def _near(store: Store, filters: Filters, pair: tuple[str, ...], network: str) -> pd.DataFrame | None:
    """Return incidents by layer and year near the pair's line; None without a line."""
    lines = run.rows(store.con, "dossier_lines", **_both(pair))
    line = lines[lines["network"] == network]
    if line.empty:
        return None
    limits = questions.limits_of(store, filters)
    points = {name: limits[name] for name in ("since", "until", "layers", "countries")}
    found = run.rows(store.con, "dossier_incidents", **points)
    ends = [frame[name].to_numpy(np.float64) for frame in (found, line) for name in ("lon", "lat")]
    near = found[km_to_line(*ends) <= NEAR_KM]
    return near.groupby(["layer", "year"])["incident_count"].sum().reset_index()
