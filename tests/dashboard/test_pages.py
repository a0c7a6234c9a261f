"""Every page under AppTest: with data, with none, and with nonsense in the link; numbers are read off the screen."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard import assemble
from dashboard.filters import Filters
from dashboard.pages import after, server, state
from dashboard.stores import Store, choices
from dashboard.view import Explore
from tests.dashboard.screen import words

APP = Path(__file__).parents[2] / "streamlit_app.py"
Open = Callable[..., AppTest]


@pytest.fixture
def open_app(sample_root: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Return a function that opens the app on the small sample, or on another store, with a link's parameters."""

    def opened(root: Path = sample_root, is_map_drawn: bool = True, **link: str) -> AppTest:
        monkeypatch.setenv("CONTRAFLOW_STORE", str(root))
        app = AppTest.from_file(str(APP), default_timeout=120)
        for name, value in link.items():
            app.query_params[name] = value
        app.session_state[after.DRAWN] = is_map_drawn
        return app.run()

    return opened


def test_explore_shows_the_counts_of_the_store(open_app: Open, store: Store) -> None:
    app = open_app()
    assert not app.exception
    counts = assemble.explore(store, Filters()).totals.set_index("layer")["record_count"]
    for layer in ("firearms", "drugs", "human_trafficking", "terrorism"):
        assert f"{counts[layer]:,}" in [caption.value for caption in app.caption]


def test_incidents_are_said_to_be_unlimited_by_how_transport_and_what_was_found(open_app: Open, store: Store) -> None:
    app = open_app(modus="parcel", mode="air")
    whole = assemble.explore(store, Filters()).incidents["incident_count"].sum()
    told = f"Terrorism: {whole:,} incidents on the map"
    assert told in words(app)
    assert "Terrorism: not limited by transport or how, which incidents do not state." in words(app)
    for key in ("modus", "transport", "commodity"):
        assert "Incidents" in app.multiselect(key=key).help or "incidents" in app.multiselect(key=key).help
    assert "not limited by" not in words(open_app())


def test_every_page_of_a_synthetic_store_says_so(open_app: Open) -> None:
    assert "SYNTHETIC" in words(open_app())


def test_the_table_holds_the_corridors_of_the_view(open_app: Open, store: Store) -> None:
    app = open_app()
    view = assemble.explore(store, Filters())
    shown = view.corridors[view.corridors["is_shown"]]
    assert app.dataframe[0].value["Firearms →"].tolist() == shown["firearms_with"].tolist()


def test_the_table_says_how_many_corridors_it_leaves_out(open_app: Open, store: Store) -> None:
    few = assemble.explore(store, Filters(top=2)).corridors
    assert 0 < few["is_shown"].sum() < len(few)
    told = words(open_app(top="2"))
    assert f"Showing {few['is_shown'].sum():,} of {len(few):,} comparisons of corridors with other layers" in told


def test_the_rows_of_a_map_are_fetched_beside_its_message(open_app: Open) -> None:
    (message,) = [child.proto.json for child in open_app().main.children.values() if child.type == "deck_gl_json_chart"]
    rows = {layer["id"]: layer["data"] for layer in json.loads(message)["layers"]}
    assert len(message) < 30_000
    assert all(str(rows[f"flows-{name}"]).startswith("mock/media/") for name in ("firearms", "drugs"))


def test_filters_table_and_chart_wait_for_the_map_of_a_new_visit_and_keep_what_the_link_asks(open_app: Open) -> None:
    app = open_app(is_map_drawn=False, region="Africa", min_count="3")
    assert "Firearms: showing" in words(app) and "Corridors" not in words(app)
    assert "The rest of the page follows the map" in words(app)
    assert [switch.key for switch in app.sidebar.toggle] and not app.sidebar.multiselect
    app.toggle(key="layer_drugs").set_value(False).run()  # before the map is there
    assert not app.sidebar.multiselect
    app.session_state[after.DRAWN] = True
    app.run()
    assert "Corridors" in words(app) and "follows the map" not in words(app)
    assert app.multiselect(key="region").value == ["Africa"] and app.number_input(key="min_count").value == 3
    assert app.query_params["layers"] == "firearms,human_trafficking,terrorism"


def test_filters_do_not_wait_where_there_is_no_map_to_wait_for(open_app: Open) -> None:
    app = open_app(is_map_drawn=False, layers="firearms", min_count="999999")
    assert app.number_input(key="min_count").value == 999_999


def test_filters_that_were_drawn_on_another_page_stay_on_explore(
    sample_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def either() -> None:
        import importlib

        import streamlit

        importlib.import_module(f"dashboard.pages.{streamlit.session_state['asked']}").render()

    monkeypatch.setenv("CONTRAFLOW_STORE", str(sample_root))
    app = AppTest.from_function(either, default_timeout=120)
    app.session_state["asked"] = "time"
    app.run().multiselect(key="region").set_value(["Africa"]).run()
    app.session_state["asked"] = "explore"
    assert app.run().multiselect(key="region").value == ["Africa"]
    assert "The rest of the page follows the map" in words(app)


def test_switching_a_layer_off_takes_its_flows_away(open_app: Open) -> None:
    app = open_app()
    assert "Drugs: showing" in words(app)
    app.toggle(key="layer_drugs").set_value(False).run()
    assert "Drugs: showing" not in words(app)
    assert app.query_params["layers"] == "firearms,human_trafficking,terrorism"


def test_the_map_keeps_its_place_whatever_is_said_above_it(open_app: Open) -> None:
    """A map that moves among its neighbours is a new one for the browser, which compiles all it draws with again."""

    def places(app: AppTest) -> list[int]:
        return [at for at, child in app.main.children.items() if child.type == "deck_gl_json_chart"]

    told, silent = open_app(), open_app(layers="firearms", since="nonsense")
    assert "share about" in words(told)
    assert "share about" not in words(silent)
    assert places(told) == places(silent) != []


def test_a_link_restores_filters_and_corridor(open_app: Open, store: Store) -> None:
    corridor = "city:MEX:guadalajara~city:USA:houston"
    app = open_app(region="Americas", since="2018-01-01", corridor=corridor)
    assert app.multiselect(key="region").value == ["Americas"]
    assert "Records: Houston – Guadalajara" in words(app)
    chosen, _ = Filters.from_url({"region": "Americas", "since": "2018-01-01"})
    evidence = assemble.evidence(store, chosen, corridor)
    assert app.dataframe[0].value["Both ways"].sum() == evidence.summary["record_count"].sum()


def test_a_line_between_countries_lists_its_flows_and_leads_to_them_in_detail(open_app: Open, store: Store) -> None:
    app = open_app(detail="country", bundle="country:MEX~USA")
    assert not app.exception
    assert "lines between countries" in words(app)
    assert "Flows between Mexico and United States" in words(app)
    flows = assemble.explore(store, Filters()).flows
    ends = [flows[name].map(store.places["country_id"]) for name in ("origin_id", "destination_id")]
    mine = flows[(ends[0] != ends[1]) & ends[0].isin(["MEX", "USA"]) & ends[1].isin(["MEX", "USA"])]
    assert app.dataframe[0].value["Records"].tolist() == mine["record_count"].sort_values(ascending=False).tolist()
    assert app.query_params["bundle"] == "country:MEX~USA"
    next(button for button in app.button if button.label == "Draw only these, in detail").click().run()
    assert not app.exception
    assert app.query_params["region"] == "MEX,USA"
    assert "bundle" not in app.query_params


def test_a_corridor_chosen_between_places_is_marked_as_part_of_its_line(open_app: Open) -> None:
    app = open_app(detail="country", corridor="city:MEX:guadalajara~city:USA:houston")
    assert not app.exception
    assert "The chosen corridor is part of the marked line" in words(app)
    assert "Records: Houston – Guadalajara" in words(app)


def test_a_line_that_is_not_there_is_a_sentence(open_app: Open) -> None:
    app = open_app(bundle="country:NOWHERE~ELSE")
    assert not app.exception
    assert "No flow of the present choice joins these two." in words(app)
    assert "Draw only these, in detail" not in [button.label for button in app.button]


def test_a_country_in_a_link_is_a_region(open_app: Open) -> None:
    app = open_app(region="MEX")
    assert app.multiselect(key="region").value == ["MEX"]
    assert "was ignored" not in words(app)


@pytest.mark.parametrize(
    "link",
    [
        {"since": "yesterday"},
        {"region": "Atlantis"},
        {"commodity": "drugs:unobtainium"},
        {"layers": "firearms,unicorns"},
        {"min_count": "-3"},
        {"show": "everything"},
        {"detail": "galaxies"},
        {"mode": "<script>alert(1)</script>"},
    ],
)
def test_nonsense_in_the_link_gives_a_notice_and_the_page(open_app: Open, link: dict[str, str]) -> None:
    app = open_app(**link)
    assert not app.exception
    assert "was ignored" in words(app)
    assert "Firearms: showing" in words(app)


def test_a_corridor_that_is_not_there_is_a_sentence(open_app: Open) -> None:
    app = open_app(corridor="nowhere~else")
    assert not app.exception
    assert "is not in this release" in words(app)


def test_a_choice_without_records_says_why_and_offers_a_way_out(open_app: Open) -> None:
    app = open_app(min_count="1000000", layers="firearms,drugs")
    assert "No flow passes all the filters together" in words(app)
    app.button[1].click().run()
    assert not app.exception
    assert "Firearms: showing" in words(app)


def test_the_null_model_answers_for_each_other_layer(open_app: Open) -> None:
    app = open_app(region="South America")
    assert "Overall direction" not in words(app)
    app.toggle(key="is_tested").set_value(True).run()
    assert not app.exception
    assert "Overall direction of firearms and drugs: " in words(app)
    assert "Overall direction of firearms and human trafficking: " in words(app)


def test_a_store_without_a_release_is_one_sentence(open_app: Open, tmp_path: Path) -> None:
    app = open_app(root=tmp_path)
    assert not app.exception
    assert "no release here" in app.error[0].value


def test_the_server_answers_the_first_visit_before_it_is_asked(
    open_app: Open, sample_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTRAFLOW_STORE", str(sample_root))
    st.cache_data.clear()
    server.warm()
    asked: list[Filters] = []
    plain = assemble.explore

    def noted(store: Store, chosen: Filters, *more: Any) -> Explore:
        asked.append(chosen)
        return plain(store, chosen, *more)

    monkeypatch.setattr(assemble, "explore", noted)
    app = open_app()
    assert "Firearms: showing" in words(app) and not asked
    app.number_input(key="min_count").set_value(3).run()
    assert [chosen.min_count for chosen in asked] == [3]


def test_a_server_without_a_release_starts_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTRAFLOW_STORE", str(tmp_path))
    server.warm()


def test_what_is_shown_without_a_choice_names_the_layers_of_the_release_alone(store: Store) -> None:
    known = choices(store)
    assert state.usual(known) == Filters()
    assert state.usual(replace(known, layers=("drugs", "firearms"))).layers == ("firearms", "drugs")
    assert state.usual(replace(known, layers=("wildlife",))).layers == ("wildlife",)
