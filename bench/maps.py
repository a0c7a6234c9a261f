"""V1 to V3: the map's message to the browser, against pydeck's own, and what is left out of it."""

import json
from collections.abc import Iterator
from functools import partial

import numpy as np
import pydeck as pdk
from streamlit.testing.v1 import AppTest

from bench import made
from bench.cases import Rival, Row, Setting, Trial, case, grown, limit, scaled
from dashboard import assemble, deck, layers
from dashboard.filters import Filters

ARCS = 5_000
SHARE_OF_BYTES, SHARE_OF_RERUN = 0.5, 0.4
MESSAGE_MOST = 300_000
TOPS = (40, 400, 2_000)


def arcs(count: int) -> list[dict[str, object]]:
    """Return made-up arcs with what a drawn flow carries."""
    points = np.random.default_rng(1).uniform((-180, -60) * 2, (180, 70) * 2, (count, 4)).round(4).tolist()
    return [
        {
            "from": point[:2],
            "to": point[2:],
            "colour": [30, 60, 90, 200],
            "px": 2.5,
            "tip": f"Flow {number}\n20 records",
        }
        for number, point in enumerate(points)
    ]


def decks(count: int) -> tuple[pdk.Deck, pdk.Deck]:
    """Return a map of made-up arcs as the product makes it, and pydeck's own of the same layers."""
    made_up = deck.layer("ArcLayer", "arcs", arcs(count), get_source_position="from", get_target_position="to")
    ours = deck.deck([made_up], {"longitude": 0, "latitude": 0, "zoom": 1})
    stock = pdk.Deck(ours.layers, ours.views, initial_view_state=ours.initial_view_state, map_provider=None)
    return ours, stock


def _same_layers(ours: str, theirs: str) -> bool:
    return bool(json.loads(ours)["layers"] == json.loads(theirs)["layers"])


@case("V1", "JSON of a map")
def message(setting: Setting) -> Iterator[Row]:
    """Compare time and bytes of the map's message with pydeck's."""

    def trial(count: int) -> Trial:
        ours, stock = decks(count)
        return Trial(count, ours.to_json, (Rival("pydeck Deck.to_json", 4, stock.to_json, _same_layers),))

    sizes = setting.sizes(4 * ARCS, 20)
    yield from scaled("{size} arcs", map(trial, sizes), setting.runs, 1.0)
    ours, stock = (len(each.to_json()) for each in decks(setting.size(ARCS, 20)))
    yield limit(f"bytes of {setting.size(ARCS, 20):,} arcs", "pydeck Deck.to_json", ours / stock, SHARE_OF_BYTES)


def page(count: int, is_ours: bool) -> None:
    """Draw one map; AppTest runs the text of this function as a script."""
    import streamlit as st  # noqa: PLC0415

    from bench import maps  # noqa: PLC0415

    st.pydeck_chart(maps.decks(count)[0 if is_ours else 1])


@case("V2", "rerun of a page with a map, by AppTest")
def rerun(setting: Setting) -> Iterator[Row]:
    """Compare a rerun with the product's deck and with pydeck's own."""

    def trial(count: int) -> Trial:
        pages = [AppTest.from_function(page, kwargs={"count": count, "is_ours": ours}) for ours in (True, False)]

        def shown(one: AppTest) -> str:
            one.run(timeout=60)
            return str(one.get("deck_gl_json_chart")[0].proto.json)

        ours, theirs = (partial(shown, one) for one in pages)
        least = 1 / SHARE_OF_RERUN
        return Trial(count, ours, (Rival("same page, pydeck's own deck", least, theirs, _same_layers, "wall"),))

    yield from scaled("{size} arcs", map(trial, setting.sizes(ARCS, 20)), setting.runs, 1.0)


@case("V3", "flows of a map, the largest first")
def shares(setting: Setting) -> Iterator[Row]:
    """Measure bytes of the flows drawn, and how much of all flow they are; the product has no levels of detail."""
    opened = made.opened(setting, made.legs(setting, setting.size(1_000_000, 5_000)))
    sizes, told = [], []
    for top in TOPS:
        view = assemble.explore(opened, Filters(top=top))
        camera = layers.first_camera(view)
        drawn = [*layers.flow_layers(layers.flow_rows(view), camera["zoom"])]
        whole = deck.deck(drawn, camera).to_json()
        flows = view.flows
        share = flows.loc[flows["is_shown"], "record_count"].sum() / flows["record_count"].sum()
        sizes.append(len(drawn) and int(flows["is_shown"].sum()))
        told.append(float(len(whole)))
        note = f"bytes of {sizes[-1]:,} of {len(flows):,} flows; {share:.0%} of the records, as the page says"
        yield limit(f"flows at top {top:,}", "300 kB", told[-1], MESSAGE_MOST, note)._replace(
            exponent=grown(sizes, told)
        )
