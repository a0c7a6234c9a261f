"""A pinned release and a choice -> what a brief says of it: map, figures, findings and what nobody can see."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from dashboard import (
    assemble,
    brief_changes,
    brief_words,
    coverage,
    findings,
    notes,
    questions,
    relations,
    routes,
    view,
    words,
)
from dashboard.filters import Filters
from dashboard.findings import Finding
from dashboard.markings import strictest
from dashboard.marks import records
from dashboard.stores import Store
from data.errors import FilterError
from geo.system import LayersTest

DRAWS = relations.Draws(assemble.NULL_DRAWS, assemble.NULL_SEED)
TESTED_PLACES = 150  # layers as a whole are tested up to so many places: a second or two; 326 take half a minute
MOST_FINDINGS, FEWEST_FINDINGS = 5, 3
SHOWN_FLOWS = 12  # of each layer, beside those on the corridors with a word
COLUMNS = [
    *dict.fromkeys([*relations.READER_NAMES.values(), *relations.JUDGED, "length_km", "confidence", "is_coarse"]),
    *("layer", "origin_id", "destination_id", "origin", "destination"),
]


class Figure(NamedTuple):
    """A number and what it counts."""

    value: str
    label: str


@dataclass(frozen=True)
class Gathered:
    """What the briefs of one choice are made from, worked out once.

    Attributes:
        first: The layer, or part of one, that the others are laid over.
        flows: As ``view.Explore.flows``, largest first within each layer; ``layer`` is the part's name.
        parts: The same records by network, as relations.Layer.parts.
        corridors: As ``view.Explore.corridors``; those common or inverse with relations.JUDGED.
        overall: What relations.finding says, by second layer.
        is_tested: Whether that was tested, by second layer.
        seen: What the page Coverage knows.
        before: The flows of the release before, or why there is none.
    """

    store: Store
    filters: Filters
    first: str
    flows: pd.DataFrame
    parts: pd.DataFrame
    corridors: pd.DataFrame
    overall: dict[str, str]
    is_tested: dict[str, bool]
    seen: coverage.Coverage
    before: brief_changes.Before


@dataclass(frozen=True)
class Brief:
    """Everything a brief says; the same value makes the page, the PDF, the slides and the HTML.

    Attributes:
        second: The only other, where there is just one; else empty.
        nothing: Why no corridor is told; empty where one is.
        layers: What it is about; ``marking`` is the strictest of their sources.
        notes: What is said of the notes pinned to its corridors; empty where there is none.
        corridors: The rows the findings and the numbered corridors of the map are made from.
        view: What the map draws.
    """

    title: str
    first: str
    second: str
    headline: str
    nothing: str
    figures: tuple[Figure, ...]
    findings: tuple[Finding, ...]
    changes: tuple[str, ...]
    unseen: tuple[str, ...]
    notes: tuple[str, ...]
    choice: str
    as_of: str
    last_on: pd.Timestamp
    release_id: str
    layers: tuple[str, ...]
    marking: str
    is_synthetic: bool
    corridors: pd.DataFrame
    sources: pd.DataFrame
    totals: pd.DataFrame
    view: view.Explore


def gathered(store: Store, filters: Filters, parts: tuple[str, ...] = ()) -> Gathered:
    """Return what the briefs of a choice are made from.

    Args:
        store: The release.
        filters: The reader's choice.
        parts: Two layers, or parts of layers as ``layer:commodity``; empty for firearms and every other chosen layer.

    Raises:
        FilterError: a layer, region or commodity is unknown, or the first layer has no flow in this choice.
    """
    chosen = replace(filters, layers=questions.known_layers(store, filters))
    first, layers = _layers(store, chosen, parts)
    others = [name for name in layers if name != first]
    results = {name: relations.compared(store.ground, (layers[first], layers[name]), filters.kappa) for name in others}
    tests = {name: _tested(store, chosen, (first, name), layers) for name in others}
    tables = [_judged(store, (layers[first], layers[name]), found, name) for name, found in results.items()]
    plain = replace(chosen, layers=tuple(dict.fromkeys(findings.layer_of(name) for name in layers)))
    return Gathered(
        store=store,
        filters=filters,
        first=first,
        flows=pd.concat([layers[name].flows for name in (first, *others)], ignore_index=True),
        parts=pd.concat([layer.parts for layer in layers.values()], ignore_index=True),
        corridors=pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS),
        overall={name: relations.finding(found.result, tests[name]) for name, found in results.items()},
        is_tested={name: tests[name] is not None for name in others},
        seen=coverage.coverage(store, plain if parts else chosen),
        before=brief_changes.before(store, lambda old: _flows(old, filters, parts)),
    )


def _layers(store: Store, chosen: Filters, parts: tuple[str, ...]) -> tuple[str, dict[str, relations.Layer]]:
    """Return the first layer's name, and every layer of the brief that has flows.

    Raises:
        FilterError: a layer is unknown, or the first has no flow in this choice.
    """
    first = parts[0] if parts else relations.ANCHOR
    found = _parts(store, chosen, parts) if parts else assemble.laid_out(store, chosen)[1]
    if not len(found[first].flows):
        raise FilterError(
            f"No flow of {findings.mid(findings.part_title(first))} passes the filters; a brief needs one: widen them."
        )
    return first, {name: _named(layer, name) for name, layer in found.items() if len(layer.flows)}


def _parts(store: Store, filters: Filters, parts: tuple[str, ...]) -> dict[str, relations.Layer]:
    """Return the two named layers or parts of layers.

    Raises:
        FilterError: there are not two different ones, or the release does not hold one.
    """
    if len(parts) != 2 or parts[0] == parts[1]:
        named = ",".join(parts)
        raise FilterError(f"--layers {named!r} names {len(set(parts))} different layers; give two, as firearms,drugs.")
    found = {}
    for part in parts:
        only = questions.limited_to(store, filters, part)
        found[part] = assemble.laid_out(store, only)[1][only.layers[0]]
    return found


def _flows(store: Store, filters: Filters, parts: tuple[str, ...]) -> pd.DataFrame:
    if parts:
        return pd.concat([layer.flows.assign(layer=part) for part, layer in _parts(store, filters, parts).items()])
    return assemble.flows(store, replace(filters, layers=questions.known_layers(store, filters)))


def _named(layer: relations.Layer, name: str) -> relations.Layer:
    return relations.Layer(layer.flows.assign(layer=name), layer.parts.assign(layer=name))


def _tested(
    store: Store, filters: Filters, pair: tuple[str, str], layers: dict[str, relations.Layer]
) -> LayersTest | None:
    """Return what the null model says of two layers as a whole; None where too many places would take too long."""
    ends = [layers[name].flows[f"{end}_id"] for name in pair for end in ("origin", "destination")]
    if pd.concat(ends).nunique() > TESTED_PLACES:
        return None
    return assemble.null_test(store, filters, pair, DRAWS.count, DRAWS.seed)


def _judged(
    store: Store, both: tuple[relations.Layer, relations.Layer], found: relations.Compared, name: str
) -> pd.DataFrame:
    """Return the corridors of two layers on which the first has records; those with a word judged."""
    rows = found.corridors[found.corridors["a_with"] + found.corridors["a_against"] > 0]
    is_told = rows["label"].str.lower().isin(findings.RELATED)
    judged = relations.judged(store.ground, both, rows[is_told], DRAWS)
    whole = pd.concat([judged, rows[~is_told]], ignore_index=True) if len(judged) else rows
    renamed = whole.rename(columns=relations.READER_NAMES).assign(layer=name).reindex(columns=COLUMNS)
    return renamed.assign(relation=renamed["relation"].astype("str").str.lower())


def brief(found: Gathered, country_id: str | None = None) -> Brief:
    """Return the brief of a choice, or of the corridors and flows with an end in one country.

    Raises:
        FilterError: the country is not in this release, or none of its flows passes the filters.
    """
    mine = found if country_id is None else _of_country(found, country_id)
    rows = findings.standing_out(mine.corridors)
    overall = [] if country_id else _overall(found)
    led = findings.leading(rows, MOST_FINDINGS - len(overall))
    is_alone = led.empty and mine.flows["layer"].nunique() == 1
    told = [*findings.of_corridors(led, found.first), *overall]
    second = next(iter(found.overall)) if len(found.overall) == 1 else ""
    told += findings.largest(mine.flows, (found.first, second), max(FEWEST_FINDINGS - len(told), 0))
    release, country_of = found.store.release, found.store.places["country_id"]
    sources = _used(mine.flows, found.store.sources)
    made = Brief(
        title=_title(found, country_id),
        first=found.first,
        second=second,
        headline=findings.alone(found.first) if is_alone else findings.headline(rows, led, found.first),
        nothing=findings.ALONE_MEANS if is_alone else findings.NOTHING_MEANS if led.empty else "",
        figures=_figures(mine, None if is_alone else rows, country_id),
        findings=tuple(told),
        changes=tuple(brief_changes.changes(found.before, mine.flows, country_of, country_id)),
        unseen=(*brief_words.unseen(found.seen, mine.flows, sources, release), *_untested(found)),
        notes=(),
        choice=brief_words.choice(found.filters, [found.first, *found.overall], brief_words.country_names()),
        as_of=brief_words.as_of(mine.flows, release.id),
        last_on=mine.flows["last_on"].max(),
        release_id=release.id,
        layers=found.seen.filters.layers,
        marking=_marking(found),
        is_synthetic=found.store.is_synthetic,
        corridors=led,
        sources=sources,
        totals=found.seen.totals,
        view=_view(mine, led),
    )
    return noted(made, found.store.root)


def noted(told: Brief, root: Path) -> Brief:
    """Return a brief with what the notes of a store say by now of the corridors it shows, those of findings first."""
    shown = pd.concat([told.corridors, told.view.flows[told.view.flows["is_shown"]]])
    ends = {str(row["corridor_id"]): findings.ends(row) for row in records(shown.drop_duplicates("corridor_id"))}
    return replace(told, notes=notes.told(root, ends, told.marking))


def _overall(found: Gathered) -> list[Finding]:
    """Return what was tested of the layers as a whole."""
    return [findings.overall(found.first, name, said) for name, said in found.overall.items() if found.is_tested[name]]


def _untested(found: Gathered) -> list[str]:
    """Return a sentence about the layers that were not tested as a whole."""
    names = [findings.mid(findings.part_title(name)) for name, is_tested in found.is_tested.items() if not is_tested]
    if not names:
        return []
    first = findings.mid(findings.part_title(found.first))
    return [
        f"As a whole, {first} and {' or '.join(names)} were not tested against hubs and distance: "
        f"that takes a choice with at most {TESTED_PLACES} places, some of them in both layers."
    ]


def require_country(country_id: str) -> str:
    """Return the name of a country.

    Raises:
        FilterError: there is no such country.
    """
    names = brief_words.country_names()
    if country_id not in names:
        raise FilterError(f"Country {country_id!r} is not known; give the three letters of ISO 3166-1, as TUR.")
    return names[country_id]


def _of_country(found: Gathered, country_id: str) -> Gathered:
    name = require_country(country_id)
    country_of = found.store.places["country_id"]
    is_own = [brief_changes.touches(rows, country_of, country_id) for rows in (found.flows, found.corridors)]
    flows = found.flows[is_own[0]].reset_index(drop=True)
    if not (flows["layer"] == found.first).any():
        first = findings.mid(findings.part_title(found.first))
        raise FilterError(f"No flow of {first} of this choice begins or ends in {name} ({country_id}).")
    return replace(found, flows=flows, corridors=found.corridors[is_own[1]].reset_index(drop=True))


def _title(found: Gathered, country_id: str | None) -> str:
    names = brief_words.country_names()
    where = names[country_id] if country_id else ", ".join(names.get(each, each) for each in found.filters.region)
    title = words.safe(where) or "All regions"
    if ":" not in found.first and found.first == relations.ANCHOR:
        return title
    return f"{title}: {findings.subject((found.first, *found.overall))}"


def _used(flows: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return the sources that the flows come from."""
    used = {name.strip() for told in flows["sources"].unique() for name in str(told).split(",")}
    return sources[sources["source_id"].isin(used)]


def _figures(mine: Gathered, rows: pd.DataFrame | None, country_id: str | None) -> tuple[Figure, ...]:
    """Return at most five numbers, each with what it counts.

    Args:
        mine: What the brief is made from.
        rows: As ``findings.standing_out`` gives them; None where there is nothing to compare with.
        country_id: Of a country's brief.
    """
    first = findings.mid(findings.part_title(mine.first))
    own = mine.flows[mine.flows["layer"] == mine.first]
    found = [
        Figure(findings.count(own["record_count"].sum(), mine.first), f"records of {first}, counted once on each leg"),
        *([_counted(len(own), "flow", "from one place to another")] if rows is None else _shared(mine, rows)),
    ]
    layer = findings.layer_of(mine.first)
    silent, total = brief_words.silent(mine.seen, layer)
    if country_id or total <= 1:
        return tuple(found)
    title = findings.mid(words.layer_title(layer))
    said = f"countries and territories have no record of {title}"
    return (*found, Figure(f"{words.number(silent)} of {words.number(total)}", said))


def _shared(mine: Gathered, rows: pd.DataFrame) -> list[Figure]:
    """Return how many corridors layers share with a clear direction, and how many of those may be told."""
    clear = mine.corridors[mine.corridors["relation"].isin(findings.RELATED)]["corridor_id"].nunique()
    many = {name: rows.loc[rows["relation"] == name, "corridor_id"].nunique() for name in findings.RELATED}
    return [
        _counted(clear, "corridor", "shared with a clear direction"),
        _counted(many["inverse"], "corridor", "inverse (opposite ways), more than hubs and distance give"),
        _counted(many["common"], "corridor", "common (same way), more than hubs and distance give"),
    ]


def _counted(many: int, what: str, said: str) -> Figure:
    number, _, name = words.plural(many, what).partition(" ")
    return Figure(number, f"{name} {said}")


def _marking(found: Gathered) -> str:
    return strictest(found.store.sources_of(found.seen.filters.layers)["marking"])


def _view(mine: Gathered, led: pd.DataFrame) -> view.Explore:
    """Return what the map draws: the flows on the corridors of the findings, and the largest of each layer."""
    is_led = mine.flows["corridor_id"].isin(led["corridor_id"])
    flows = mine.flows.assign(is_shown=is_led | (mine.flows.groupby("layer").cumcount() < SHOWN_FLOWS))
    ways, lines = routes.drawn(flows, mine.parts, mine.store.routes)
    empty = pd.DataFrame()
    return view.Explore(
        release_id=mine.store.release.id,
        is_synthetic=mine.store.is_synthetic,
        marking=_marking(mine),
        filters=mine.filters,
        totals=mine.seen.totals,
        flows=flows,
        corridors=mine.corridors.assign(is_shown=mine.corridors["corridor_id"].isin(led["corridor_id"])),
        incidents=empty,
        omega=empty,
        sources=mine.store.sources,
        routes=ways,
        lines=lines,
    )
