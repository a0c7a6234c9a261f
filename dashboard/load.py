"""The only cached functions: one thin cache per assemble function."""

import os
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import streamlit as st

from dashboard import assemble, custody, print_map, relations, roles, snapshot_tables, stores, view
from dashboard import brief as briefs
from dashboard import changes as change
from dashboard import coverage as coverages
from dashboard import dossier as dossiers
from dashboard import duplicates as doubles
from dashboard import hubs as hub
from dashboard import modus as modi
from dashboard import timeline as timelines
from dashboard import whatif as closure
from dashboard.filters import Filters
from dashboard.serving import SAMPLE_STORE, VARIABLE
from data import release as releases
from geo.proximity import ProximityTest
from geo.system import LayersTest


def folder() -> str:
    """Return the store the app reads: the variable CONTRAFLOW_STORE, or the sample's."""
    return os.environ.get(VARIABLE) or str(SAMPLE_STORE)


def latest(root: str) -> tuple[str, str]:
    """Return the id of the release to show by now, and a sentence when it is not the current one; not cached.

    Raises:
        StoreError: no release is whole.
    """
    found, warning = releases.served(Path(root))
    return found.id, warning


@st.cache_resource(max_entries=2, show_spinner=False)
def store(root: str, pinned: str) -> stores.Store:
    """Return a pinned release, open for the questions of this server's readers.

    Raises:
        RoleError: who they are is not known.
    """
    return stores.opened(Path(root), pinned, has_records=not roles.is_official())


@st.cache_data(max_entries=2, show_spinner=False)
def choices(root: str, pinned: str) -> stores.Choices:
    """Return what a reader may choose from."""
    return stores.choices(store(root, pinned))


@st.cache_data(max_entries=2, show_spinner=False)
def context(root: str, pinned: str) -> frozenset[str]:
    """Return the layers of which nothing can be drawn."""
    return stores.context_layers(store(root, pinned))


@st.cache_data(max_entries=64, show_spinner=False)
def explore(root: str, pinned: str, chosen: Filters) -> view.Explore:
    """Return what the Explore page shows; what another choice of layers has compared is not compared again."""
    return assemble.explore(
        store(root, pinned), chosen, lambda name, both: compared(root, pinned, assemble.pair(chosen, name), both)
    )


@st.cache_data(max_entries=64, show_spinner=False)
def compared(
    root: str, pinned: str, pair: Filters, _both: tuple[relations.Layer, relations.Layer]
) -> relations.Compared:
    """Return the comparison of the two layers of a choice; ``_both`` is no key, for it follows from the others."""
    return relations.compared(store(root, pinned).ground, _both, pair.kappa)


@st.cache_data(max_entries=64, show_spinner=False)
def yearly(root: str, pinned: str, chosen: Filters) -> pd.DataFrame:
    """Return the records and incidents of each layer and year."""
    return assemble.yearly(store(root, pinned), chosen)


@st.cache_data(max_entries=64, show_spinner=False)
def silent(root: str, pinned: str, chosen: Filters) -> pd.DataFrame:
    """Return the countries without a record of any chosen layer in the period."""
    return assemble.silent(store(root, pinned), chosen)


@st.cache_data(max_entries=64, show_spinner=False)
def way_cells(root: str, pinned: str, corridor_id: str, network: str) -> pd.DataFrame:
    """Return the cells that ways between a corridor's ends may take."""
    return assemble.way_cells(store(root, pinned), corridor_id, network)


@st.cache_data(max_entries=32, show_spinner=False)
def null_tests(root: str, pinned: str, chosen: Filters) -> dict[str, LayersTest | None]:
    """Return what the null model says of firearms and each other layer."""
    return assemble.null_tests(store(root, pinned), chosen)


@st.cache_data(max_entries=8, show_spinner=False)
def of_pair(root: str, pinned: str, pair: Filters) -> tuple[relations.Layer, relations.Layer]:
    """Return the two layers of a choice."""
    return assemble.of_pair(store(root, pinned), pair)


@st.cache_data(max_entries=64, show_spinner=False)
def firmness(root: str, pinned: str, pair: Filters) -> pd.DataFrame:
    """Return how firm each corridor of two layers is."""
    both = of_pair(root, pinned, pair)
    return relations.firmness(store(root, pinned).ground, both, compared(root, pinned, pair, both).corridors)


@st.cache_data(max_entries=64, show_spinner=False)
def surprises(root: str, pinned: str, pair: Filters) -> pd.DataFrame:
    """Return how surprising each corridor of two layers is."""
    both = of_pair(root, pinned, pair)
    corridors = compared(root, pinned, pair, both).corridors
    draws = relations.Draws(assemble.NULL_DRAWS, assemble.NULL_SEED)
    return relations.surprises(store(root, pinned).ground, both, corridors, draws)


@st.cache_data(max_entries=32, show_spinner=False)
def judged(root: str, pinned: str, chosen: Filters, layers: tuple[str, ...]) -> pd.DataFrame:
    """Return how surprising each corridor of firearms and these layers is, as relations.by_layer gives it."""
    tables = {}
    for name in layers:
        pair = assemble.pair(chosen, name)
        parts = firmness(root, pinned, pair), surprises(root, pinned, pair)
        corridors = compared(root, pinned, pair, of_pair(root, pinned, pair)).corridors
        tables[name] = relations.classed(corridors, *parts)
    return relations.by_layer(tables)


@st.cache_data(max_entries=64, show_spinner="Reading records …")
def evidence(root: str, pinned: str, chosen: Filters, corridor_id: str) -> view.Evidence:
    """Return the records behind one corridor."""
    return assemble.evidence(store(root, pinned), chosen, corridor_id)


@st.cache_data(max_entries=32, show_spinner=False)
def modus(root: str, pinned: str, chosen: Filters) -> modi.Modus:
    """Return what the page Modus operandi shows."""
    return modi.modus(store(root, pinned), chosen)


@st.cache_data(max_entries=32, show_spinner=False)
def coverage(root: str, pinned: str, chosen: Filters) -> coverages.Coverage:
    """Return what the Coverage page shows."""
    return coverages.coverage(store(root, pinned), chosen)


@st.cache_data(max_entries=8, show_spinner=False)
def duplicates(root: str, pinned: str, layers: tuple[str, ...]) -> doubles.Duplicates:
    """Return the records of some layers that another source states better."""
    return doubles.duplicates(store(root, pinned), layers)


@st.cache_data(max_entries=16, show_spinner=False)
def timeline(root: str, pinned: str, chosen: Filters) -> timelines.Timeline:
    """Return what the Time page shows."""
    return timelines.timeline(store(root, pinned), chosen)


@st.cache_data(max_entries=64, show_spinner=False)
def busiest(root: str, pinned: str, chosen: Filters, step: str, length: int | None) -> tuple[int, int]:
    """Return what the widths and discs of the playback are measured by."""
    return timelines.busiest(timeline(root, pinned, chosen), step, length)


@st.cache_data(max_entries=32, show_spinner=False)
def changes(root: str, pinned: str, chosen: Filters, before: change.Period, after: change.Period) -> change.Changes:
    """Return what two periods say."""
    return change.changes(timeline(root, pinned, chosen), before, after)


@st.cache_data(max_entries=64, show_spinner=False)
def dossier(root: str, pinned: str, chosen: Filters, corridor_id: str) -> dossiers.Dossier:
    """Return what the Corridor page shows beyond the corridor's row of the Explore page."""
    return dossiers.dossier(store(root, pinned), chosen, corridor_id)


@st.cache_data(max_entries=16, show_spinner=False)
def near_tests(root: str, pinned: str, chosen: Filters) -> dict[str, ProximityTest]:
    """Return whether incidents lie nearer firearms flows than hubs and ways explain."""
    return dossiers.near_tests(store(root, pinned), chosen)


@st.cache_data(max_entries=64, show_spinner=False)
def totals(root: str, pinned: str, chosen: Filters) -> pd.DataFrame:
    """Return the record counts beside the switches of the layers."""
    return dossiers.totals(store(root, pinned), chosen)


@st.cache_data(max_entries=32, show_spinner=False)
def traces(root: str, pinned: str, chosen: Filters) -> custody.Traces:
    """Return the traces of a choice."""
    return custody.traces(store(root, pinned), chosen)


@st.cache_data(max_entries=64, show_spinner=False)
def chain(root: str, pinned: str, trace_id: str) -> custody.Chain:
    """Return one trace, event by event."""
    return custody.chain(store(root, pinned), trace_id)


@st.cache_data(max_entries=32, show_spinner=False)
def ranking(root: str, pinned: str, chosen: Filters, level: str) -> custody.Ranking:
    """Return where traced items come from."""
    return custody.ranking(store(root, pinned), chosen, level)


@st.cache_data(max_entries=32, show_spinner=False)
def funnel(root: str, pinned: str, chosen: Filters) -> custody.Funnel:
    """Return how many seizures are traced to a point of diversion."""
    return custody.funnel(store(root, pinned), chosen)


@st.cache_data(max_entries=16, show_spinner=False)
def hubs(root: str, pinned: str, chosen: Filters) -> hub.Hubs:
    """Return what the page Borders and hubs shows."""
    return hub.hubs(store(root, pinned), chosen)


@st.cache_data(max_entries=16, show_spinner=False)
def whatif(root: str, pinned: str, chosen: Filters, closing: str) -> closure.WhatIf:
    """Return what a closure would change."""
    return closure.whatif(store(root, pinned), chosen, closing)


@st.cache_data(max_entries=1, show_spinner=False)
def passages() -> list[str]:
    """Return the straits and canals that may be closed."""
    return hub.passages()


def brief(root: str, pinned: str, chosen: Filters) -> briefs.Brief:
    """Return the brief of a choice, with the notes as they are by now."""
    return briefs.noted(_brief(root, pinned, chosen), Path(root))


@st.cache_data(max_entries=16, show_spinner=False)
def _brief(root: str, pinned: str, chosen: Filters) -> briefs.Brief:
    return briefs.brief(briefs.gathered(store(root, pinned), chosen))


@st.cache_data(max_entries=16, show_spinner=False)
def brief_map(root: str, pinned: str, chosen: Filters) -> str:
    """Return the brief's map as SVG."""
    found = _brief(root, pinned, chosen)
    emphasis = print_map.Emphasis(found.first, found.corridors, found.second)
    return print_map.picture(found.view, "svg", found.marking, emphasis).decode()


class Preview(NamedTuple):
    """What a snapshot will hold."""

    marking: str
    row_counts: dict[str, int]
    left_out: tuple[str, ...]
    sources: pd.DataFrame


@st.cache_data(max_entries=16, show_spinner=False)
def preview(root: str, pinned: str, chosen: Filters) -> Preview:
    """Return what a snapshot of a choice will hold; no corridor is judged for it."""
    opened, seen = store(root, pinned), explore(root, pinned, chosen)
    found = snapshot_tables.contents(opened, seen, relations.by_layer({}), opened.has_records)
    return Preview(found.marking, found.row_counts, found.left_out, found.plain["sources"])
