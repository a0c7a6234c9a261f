"""The reader's filters as the parameters of queries, held against what a release knows."""

from dataclasses import replace

from dashboard import flows
from dashboard.filters import Filters
from dashboard.stores import Store
from data.errors import FilterError
from data.places import gazetteer
from queries import run


def limits_of(store: Store, filters: Filters) -> dict[str, object]:
    """Return the parameters that period, layers, region, commodity, transport and modus operandi bind to a query."""
    return {"since": filters.since, "until": filters.until, **_asked(store, filters)}


def of_flows(store: Store, filters: Filters) -> dict[str, object]:
    """Return ``limits_of``, and what queries of flows take besides: which of them are large and documented enough."""
    pairs = None if filters.confidence == "any" else _confident(store, filters)
    return {**limits_of(store, filters), "pairs": pairs, "min_count": filters.min_count}


def held(store: Store, filters: Filters) -> flows.Held:
    """Return what passes the filters, however few records a flow has and however well they are documented."""
    asked = {**_asked(store, filters), "period": (filters.since, filters.until)}
    names = sorted({*store.book.pairs["layer"].unique()} & {*filters.layers}) or [""]  # a link may name thousands
    return flows.joined([store.held(**{**asked, "layers": (name,)}) for name in names])


def _confident(store: Store, filters: Filters) -> tuple[str, ...]:
    """Return the flows that are documented well enough, as queries/macros/chosen_legs.sql names them."""
    found = flows.kept(store.book, held(store, filters), 1, flows.LEAST_POINTS[filters.confidence])
    keys = store.book.pairs[flows.KEY].take(found.pairs.number)
    return tuple(keys["layer"] + "|" + keys["origin_id"] + "|" + keys["destination_id"])


def _asked(store: Store, filters: Filters) -> dict[str, object]:
    """Return the parameters of queries/macros/is_asked.sql for a choice of filters."""
    commodities = _commodities(store, filters.commodity)
    return {
        "layers": filters.layers,
        "countries": tuple(sorted(gazetteer().region_country_ids(filters.region))) if filters.region else None,
        "limited": tuple(sorted({name.partition(":")[0] for name in commodities})) or None,
        "commodities": tuple(commodities) or None,
        "modes": filters.mode or None,
        "modi": filters.modus or None,
    }


def some_limits(limits: dict[str, object], *names: str) -> dict[str, object]:
    """Return those of the parameters of ``limits_of`` that a query takes."""
    return {name: limits[name] for name in names}


def limited_to(store: Store, filters: Filters, part: str) -> Filters:
    """Return the filters for one layer, or a part of it written as ``layer:commodity``.

    Raises:
        FilterError: the release does not hold the layer.
    """
    layer, _, commodity = part.partition(":")
    require_layers(store, (layer,))
    limited = (f"{layer}:{commodity}",) if commodity else filters.commodity
    return replace(filters, layers=(layer,), commodity=limited)


def require_layers(store: Store, layers: tuple[str, ...]) -> None:
    """Do nothing when the release holds every layer.

    Raises:
        FilterError: it does not hold one; names it and lists the layers there are.
    """
    for layer in [name for name in layers if name not in store.spans.index]:
        known = ", ".join(store.spans.index) or "no layer; import files and run contraflow release"
        raise FilterError(f"Layer {layer!r} is not in this release; it holds {known}.")


def known_layers(store: Store, filters: Filters) -> tuple[str, ...]:
    """Return the chosen layers that the release holds."""
    return tuple(layer for layer in filters.layers if layer in store.spans.index)


def _commodities(store: Store, words: tuple[str, ...]) -> list[str]:
    """Return each wanted commodity as ``layer:name``; a word without a layer stands for every layer that has it."""
    if not words:
        return []
    known = run.rows(store.con, "commodity_names").dropna()
    pairs = set(known["layer"] + ":" + known["name"])
    found: list[str] = []
    for word in words:
        hits = sorted(pair for pair in pairs if pair == word or pair.partition(":")[2] == word.lower())
        if not hits:
            groups = run.rows(store.con, "commodities")
            offered = ", ".join(groups["layer"] + ":" + groups["commodity"])
            raise FilterError(f"Commodity {word!r} is not in this release; it holds {offered}.")
        found += hits
    return found
