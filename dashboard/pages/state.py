"""What a link and a session remember: the filters' widgets, the chosen corridor, the colours, the camera."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import layers, levels, load
from dashboard.filters import Filters
from dashboard.stores import Choices
from data.errors import FilterError
from data.release import RELEASES

COLOURINGS = {layers.RELATIONS: "Relation to other layers", layers.LAYERS: "Layer"}
_REGIONS = (
    "regions_by",
    *(f"regions_{by}_{side}" for by in ("region", "period", "layer") for side in ("left", "right")),
)
KEPT = (
    "show",
    "detail",
    "time_step",
    "time_length",
    "time_speed",
    "coverage_layer",
    "coverage_region",
    "hub_layer",
    "hub_country",
    "hub_closing",
    "trace_unit",
    "trace_classes",
    "trace_stages",
    "trace_query",
    "trace_level",
    "trace_end",
    "modus_layer",
    *_REGIONS,
)  # of single pages
OWN = {  # controls of a page that its link holds, under their own names
    "hubs": ("hub_layer", "hub_country", "hub_closing"),
    "coverage": ("coverage_layer", "coverage_region"),
    "modus-operandi": ("modus_layer",),
}
Camera = dict[str, float]


def release(root: str) -> str:
    """Return the release this session reads: the one it began with, until ``renew`` is called.

    Raises:
        StoreError: no release of the store is whole.
    """
    kept: dict[str, str] = st.session_state.setdefault("release", {})
    if root not in kept or not (Path(root) / RELEASES / kept[root]).is_dir():
        kept[root] = load.latest(root)[0]
    return kept[root]


def renew(root: str) -> None:
    """Let this session read the latest release; the link says again what is chosen."""
    st.session_state["release"].pop(root, None)
    for key in ("turn", "kept"):
        st.session_state.pop(key, None)


def begin_anew() -> None:
    """Let the link say what is chosen on its page, as in a new browser; what no link holds stays as it is."""
    for key in ("turn", "trace", "time_playing", "regions_asked", *_REGIONS, *OWN):
        st.session_state.pop(key, None)
        st.session_state.get("kept", {}).pop(key, None)


def seed_own(page: str) -> Callable[[Mapping[str, str]], None]:
    """Return what takes over, once, the controls that a page's link names; the page leaves out what it does not offer.

    Args:
        page: One of OWN.
    """

    def seeded(asked: Mapping[str, str]) -> None:
        if page not in st.session_state:
            st.session_state[page] = True
            st.session_state.update({key: asked[key] for key in OWN[page] if key in asked})

    return seeded


def own(page: str) -> dict[str, str]:
    """Return the controls of a page as its link holds them."""
    return {key: str(st.session_state[key]) for key in OWN[page] if st.session_state.get(key) is not None}


def seed(choices: Choices) -> None:
    """Fill the session from the link, once; say what could not be used. Later, keep what another page chose."""
    if "turn" in st.session_state:
        _keep(choices)
        return
    params = dict(st.query_params)
    asked, notices = Filters.from_url(params)
    chosen, more = held(asked, choices)
    st.session_state.update(widget_values(chosen, choices))
    show = params.get("show", layers.RELATIONS)
    if show not in COLOURINGS:
        more.append(f"The link's show “{show[:40]}” was ignored: expected {' or '.join(COLOURINGS)}.")
    st.session_state["show"] = show if show in COLOURINGS else layers.RELATIONS
    detail = params.get("detail", levels.AUTOMATIC)
    if detail not in levels.TITLES:
        more.append(f"The link's detail “{detail[:40]}” was ignored: expected {' or '.join(levels.TITLES)}.")
    st.session_state["detail"] = detail if detail in levels.TITLES else levels.AUTOMATIC
    st.session_state["corridor"] = params.get("corridor") or None
    st.session_state["bundle"] = levels.Bundle.parsed(params.get("bundle", ""))
    st.session_state["turn"] = 0
    st.session_state["notices"] = notices + more
    _keep(choices)


def _keep(choices: Choices) -> None:
    """Hold on to the value of each control: one that the present page does not draw is forgotten by Streamlit."""
    kept: dict[str, object] = st.session_state.setdefault("kept", {})
    for key in (*widget_values(Filters(), choices), *KEPT):
        if st.session_state.get(key) is not None:
            kept[key] = st.session_state[key]
        if key in kept:
            st.session_state[key] = kept[key]


def default(key: str, usual: Any, known: Collection[Any]) -> Any:
    """Return the value of a control; one that is not offered, or was never chosen, becomes the usual one."""
    if st.session_state.get(key) not in known:
        st.session_state[key] = usual
    return st.session_state[key]


def only(key: str, known: Collection[Any]) -> None:
    """Take from the value of a control what is not offered any more."""
    if key in st.session_state:
        st.session_state[key] = [value for value in st.session_state[key] if value in known]


def held(asked: Filters, choices: Choices) -> tuple[Filters, list[str]]:
    """Return the filters without what this release does not offer, and a sentence for each part left out."""
    offered = {
        "layers": set(choices.layers),
        "region": {*choices.regions, *dict(choices.countries)},
        "commodity": {f"{layer}:{name}" for layer, name in choices.commodities},
    }
    notices = []
    for name, known in offered.items():
        wanted = getattr(asked, name)
        unknown = [word for word in wanted if word not in known]
        if name == "layers" and wanted == Filters().layers:
            if not known.intersection(wanted):
                asked = replace(asked, layers=choices.layers)  # a release of other layers shows those
            continue
        notices += [f"The link's {name} “{word[:40]}” was ignored: this release does not have it." for word in unknown]
        kept: dict[str, Any] = {name: tuple(word for word in wanted if word in known)}
        asked = replace(asked, **kept)
    return asked, notices


def usual(choices: Choices) -> Filters:
    """Return what a page shows of a release where neither link nor reader chooses anything."""
    chosen, _ = held(Filters(), choices)
    return replace(chosen, layers=tuple(name for name in ordered(choices) if name in chosen.layers))


def widget_values(chosen: Filters, choices: Choices) -> dict[str, object]:
    """Return the value of every widget of the filter bar."""
    first, last = span(choices)
    since = min(max(chosen.since or first, first), last)
    until = chosen.until - timedelta(days=1) if chosen.until else last
    toggles = {f"layer_{name}": name in chosen.layers for name in choices.layers}
    return {
        **toggles,
        "since": since,
        "last_day": min(max(until, first), last),
        "region": list(chosen.region),
        "commodity": list(chosen.commodity),
        "transport": list(chosen.mode),
        "modus": list(chosen.modus),
        "min_count": chosen.min_count,
        "confidence": chosen.confidence,
        "top": chosen.top,
        "kappa": chosen.kappa,
    }


def ordered(choices: Choices) -> list[str]:
    """Return the layers of the release, the best-known first."""
    usual = [name for name in Filters().layers if name in choices.layers]
    return usual + [name for name in choices.layers if name not in usual]


def span(choices: Choices) -> tuple[date, date]:
    """Return the first and the last day of the release."""
    return choices.first_on.date(), choices.last_on.date()


def filters(choices: Choices) -> Filters:
    """Return the choice the widgets hold; a period that is empty is left out, with a warning."""
    first, last = span(choices)
    since, last_day = st.session_state["since"], st.session_state["last_day"]
    chosen = Filters(
        layers=tuple(name for name in ordered(choices) if st.session_state[f"layer_{name}"]),
        region=tuple(st.session_state["region"]),
        commodity=tuple(st.session_state["commodity"]),
        mode=tuple(st.session_state["transport"]),
        modus=tuple(st.session_state["modus"]),
        min_count=int(st.session_state["min_count"]),
        confidence=str(st.session_state["confidence"]),
        top=int(st.session_state["top"]),
        kappa=float(st.session_state["kappa"]),
    )
    until = None if last_day >= last else last_day + timedelta(days=1)
    try:
        return replace(chosen, since=None if since <= first else since, until=until)
    except FilterError as wrong:
        st.warning(f"{wrong} The whole period is shown.")
        return chosen


def write_link(chosen: Filters, choices: Choices, own: Mapping[str, str] | None = None) -> None:
    """Bring the address in step with what is shown, so that it can be shared.

    Args:
        chosen: The filters.
        choices: What the release offers.
        own: What else the present page wants in its link.
    """
    params = chosen.to_url() | dict(own or {})
    show = st.session_state.setdefault("show", layers.RELATIONS)  # a widget that was not drawn is forgotten
    if set(chosen.layers) == set(choices.layers) & set(Filters().layers):
        params.pop("layers", None)  # whatever the release lacks was not the reader's choice
    if show != layers.RELATIONS:
        params["show"] = show
    detail = st.session_state.setdefault("detail", levels.AUTOMATIC)
    if detail != levels.AUTOMATIC:
        params["detail"] = detail
    if st.session_state.get("bundle"):
        params["bundle"] = str(st.session_state["bundle"])
    if st.session_state["corridor"]:
        params["corridor"] = st.session_state["corridor"]
    if dict(st.query_params) != params:
        st.query_params.from_dict(params)


def camera(fresh: Callable[[], Camera], place: tuple[str, ...]) -> Camera:
    """Return the first view of this choice of regions; the same one all session, so that the map never jumps."""
    seen: dict[tuple[str, ...], Camera] = st.session_state.setdefault("cameras", {})
    if place not in seen:
        seen[place] = fresh()
    return seen[place]


def clear(values: Mapping[str, object]) -> None:
    """Set widgets to these values; for buttons."""
    st.session_state.update(values)


def choose(corridor_id: str | None) -> None:
    """Choose a corridor, or none; table and map then forget their own marks."""
    st.session_state["corridor"] = corridor_id
    st.session_state["bundle"] = None
    st.session_state["turn"] += 1


def choose_bundle(bundle: levels.Bundle | None) -> None:
    """Choose a line that stands for several corridors, or none."""
    choose(None)
    st.session_state["bundle"] = bundle


def only_between(bundle: levels.Bundle) -> None:
    """Narrow the region to the two units of a bundle, drawn as finely as can be seen."""
    choose(None)
    st.session_state["region"] = sorted(set(bundle[1:]))
    st.session_state["detail"] = levels.AUTOMATIC


def picked_on_map(key: str) -> None:
    """Take over a click on a line of the map."""
    objects = st.session_state[key].selection.objects
    for row in (row for rows in objects.values() for row in rows):
        if row.get("corridor_id"):
            choose(str(row["corridor_id"]))
        elif row.get("bundle"):
            choose_bundle(levels.Bundle.parsed(str(row["bundle"])))


def picked_in_table(key: str, corridor_ids: list[str]) -> None:
    """Take over a click on a row of the table of corridors; a second click on it lets go."""
    rows = st.session_state[key].selection.rows
    st.session_state["corridor"] = corridor_ids[rows[0]] if rows else None
