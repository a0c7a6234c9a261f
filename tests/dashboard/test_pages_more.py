"""The other pages under AppTest: with data, with none, with nonsense in the link; numbers are read off the screen."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from dashboard import assemble, curves, deck, dossier, layers, levels, modus, regions, stores
from dashboard.filters import Filters
from dashboard.stores import Store
from tests.dashboard.screen import Open, opener, words

PAGES = ("coverage", "hubs", "modi", "regions", "time", "traces")
NOTHING = {"since": "2024-12-31", "region": "Oceania", "layers": "human_trafficking", "mode": "rail"}
NO_RECORD = "No record of this choice. Switch a layer on, or widen the"
SAID = {
    "coverage": NO_RECORD,
    "hubs": "No firearms flow in this choice. Switch Firearms on, or widen the filters",
    "modi": NO_RECORD,
    "regions": "Neither side has a flow or an incident. Choose other sides, or widen the filters",
    "time": NO_RECORD,
    "traces": "No trace passes these filters. Widen the period",
}


@pytest.fixture
def opened(sample_root: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Return a function that opens a page on the small sample, or on another store, with a link's parameters."""
    return opener(sample_root, monkeypatch)


@pytest.mark.parametrize("name", PAGES)
def test_each_page_counts_its_records_as_the_store_does_and_says_they_are_made_up(
    opened: Open, store: Store, name: str
) -> None:
    app = opened(name)
    assert not app.exception
    counts = dossier.totals(store, Filters()).set_index("layer")["record_count"]
    told = [caption.value for caption in app.caption]
    assert {f"{count:,}" for count in counts} <= set(told)
    assert "SYNTHETIC" in words(app)


@pytest.mark.parametrize("name", PAGES)
def test_each_page_with_nothing_to_show_says_why_and_what_to_change(opened: Open, name: str) -> None:
    app = opened(name, **NOTHING)
    assert not app.exception
    assert not app.error
    assert "was ignored" not in words(app)
    assert [info.value.startswith(SAID[name]) for info in app.info] == [True]


@pytest.mark.parametrize("name", PAGES)
def test_nonsense_in_the_link_gives_a_notice_and_the_page(opened: Open, name: str) -> None:
    link = {"since": "yesterday", "region": "<b>Atlantis</b>", "step": "aeon", "by": "shoe size", "left": "../etc"}
    app = opened(name, **link, at="never", right="1-2-3", trace="@@=1")
    assert not app.exception
    assert "The link's since" in words(app)
    assert "The link's region" in words(app)
    assert "<b>" not in words(app)
    assert app.subheader


@pytest.mark.parametrize("name", PAGES)
def test_a_store_without_a_release_is_one_sentence(opened: Open, tmp_path: Path, name: str) -> None:
    app = opened(name, root=tmp_path)
    assert not app.exception
    assert "no release here" in app.error[0].value


def test_the_method_page_needs_no_store(opened: Open, tmp_path: Path) -> None:
    app = opened("method", root=tmp_path, since="yesterday")
    assert not app.exception
    assert not app.error
    summary, table = (frame.value for frame in app.dataframe)
    kept, missed = ((table["Kept"] == word).sum() for word in ("yes", "no"))
    assert f"{kept} bounds kept, **{missed} bounds missed**" in words(app)
    assert summary[["Bounds kept", "Bounds missed"]].sum().tolist() == [kept, missed]
    app.toggle[0].set_value(True).run()
    assert len(app.dataframe[1].value) == missed


def test_modus_operandi_adds_up_to_the_records_of_each_layer(opened: Open, store: Store) -> None:
    app = opened("modi")
    view = modus.modus(store, Filters())
    rows = view.counts[view.counts["layer"] == "firearms"]
    stated = rows.loc[rows["method"] != modus.UNKNOWN, "record_count"].sum()
    whole = view.totals.set_index("layer").loc["firearms", "record_count"]
    assert rows["record_count"].sum() == whole
    assert f"Firearms: {stated:,} of {whole:,} records say how it was done" in words(app)
    shares = next(frame.value for frame in app.dataframe if "Share of all" in frame.value)
    assert shares["Records"].sum() == whole
    assert shares["How"].tolist()[-1] == "Not stated"


def test_modus_operandi_follows_the_filters(store: Store) -> None:
    whole = modus.modus(store, Filters()).counts
    early = modus.modus(store, Filters(until=date(2018, 1, 1))).counts
    late = modus.modus(store, Filters(since=date(2018, 1, 1))).counts
    assert early["record_count"].sum() + late["record_count"].sum() == whole["record_count"].sum()
    only = modus.modus(store, Filters(layers=("firearms",)))
    assert set(only.counts["layer"]) == {"firearms"}
    assert modus.silent_layers(only) == []
    assert modus.silent_layers(modus.modus(store, Filters())) == ["drugs", "human_trafficking"]


def test_every_method_has_a_row_and_what_is_not_stated_is_one_of_them(store: Store) -> None:
    rows = modus.by_layer(modus.modus(store, Filters()))
    assert rows.loc[rows["layer"] == "firearms", "method"].tolist() == list(modus.METHODS)
    assert (rows.groupby("layer")["record_count"].sum() == rows.groupby("layer")["total_count"].first()).all()


@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("hubs", {"hub_layer": "human_trafficking", "hub_country": "MEX"}),
        ("coverage", {"coverage_layer": "drugs", "coverage_region": "Eastern Asia"}),
        ("modi", {"modus_layer": "firearms"}),
    ],
)
def test_a_link_holds_what_is_chosen_on_a_page_of_its_own(opened: Open, name: str, link: dict[str, str]) -> None:
    app = opened(name, **link)
    assert not app.exception
    assert {key: app.session_state[key] for key in link} == link
    assert {key: app.query_params[key] for key in link} == link
    other = opened(name)
    assert set(link) <= set(other.query_params)
    assert "nonsense" not in opened(name, **dict.fromkeys(link, "nonsense")).query_params.values()


def test_two_maps_share_one_scale_and_one_first_view(store: Store) -> None:
    sides = tuple(assemble.explore(store, regions.narrowed(Filters(), "region", name)) for name in ("Africa", "Asia"))
    pair = (sides[0], sides[1])
    measures, first_view = regions.scales(pair), regions.camera(pair)
    busiest = max(float(view.flows.loc[view.flows["is_shown"], "record_count"].max()) for view in pair)
    assert measures.widths.top >= busiest
    drawn = [regions.deck_of(view, measures, first_view) for view in pair]
    assert drawn[0].initial_view_state.zoom == drawn[1].initial_view_state.zoom
    assert drawn[0].initial_view_state.longitude == drawn[1].initial_view_state.longitude


def test_each_of_two_maps_holds_all_ends_and_lets_the_reader_no_further_out(store: Store) -> None:
    spans = ("2015-2019", "2020-2024")
    pair = tuple(assemble.explore(store, regions.narrowed(Filters(), "period", name)) for name in spans)
    first_view = regions.camera((pair[0], pair[1]))
    assert first_view["zoom"] < deck.SMALLEST_ZOOM  # flows around the world, on a map half a page wide
    px_per_deg = deck.TILE_PX * 2 ** first_view["zoom"] / 360
    ends = [lon for view in pair for lon, _ in layers.ends_of(view)]
    aside = [abs(curves.wrapped(lon - first_view["longitude"])) * px_per_deg for lon in ends]
    assert max(aside) <= deck.FITTED_PX[0] / 4  # half of half the width that a page-wide map fills
    drawn = regions.deck_of(pair[0], regions.scales((pair[0], pair[1])), first_view)
    assert drawn.initial_view_state.min_zoom == first_view["zoom"]


def test_both_maps_draw_lines_between_countries_and_rings_on_one_scale(store: Store) -> None:
    names = ("Africa", "Asia")
    whole = [assemble.explore(store, regions.narrowed(Filters(), "region", name)) for name in names]
    left, right = (levels.seen(view, "country") for view in whole)
    assert len(left.within) and len(right.within)
    measures = regions.scales((left, right))
    largest = [float(view.within["record_count"].max()) for view in (left, right)]
    assert measures.rings.top >= max(largest)
    counts = {}
    for view in (left, right):
        parsed = json.loads(regions.deck_of(view, measures, regions.camera((left, right))).to_json())
        drawn = {layer["id"]: layer["data"] for layer in parsed["layers"]}
        counts[view.filters.region] = max(row["r"] for row in drawn["within"])
        assert drawn["places"] == []  # a country is no point
    assert sorted(counts.values()) == sorted(round(measures.rings(count), 1) for count in largest)
    assert measures.discs.top >= max(view.incidents["incident_count"].max() for view in (left, right))
    told = regions.keys((left, right), measures)
    titles = ("Colour", "Width", "Rings", "Discs", "Countries, left map", "Countries, right map")
    assert [title for title, svg in zip(titles, told, strict=True) if f">{title}" not in svg] == []
    assert all("nothing reported" in svg for svg in told[-2:])  # both maps hatch countries
    is_dashed = pd.concat([left.flows, right.flows]).query("is_shown")["intended_share"].gt(0.5).any()
    assert ("destination mostly not reached" in told[1]) == is_dashed


def test_the_table_of_regions_holds_both_numbers_and_their_difference(opened: Open, store: Store) -> None:
    app = opened("regions", by="period", left="2015-2017", right="2018-2019")
    assert not app.exception
    assert "they begin alike, and then each is zoomed and moved by itself" in words(app)
    table = app.dataframe[0].value.set_index("Layer")
    for title, since, until in (("2015 to 2017", 2015, 2018), ("2018 to 2019", 2018, 2020)):
        view = assemble.explore(store, Filters(since=date(since, 1, 1), until=date(until, 1, 1)))
        counts = view.totals.set_index("layer")["flow_record_count"]
        assert table.loc["Firearms", f"{title}: records"] == counts["firearms"]
        assert table.loc["Drugs", f"{title}: records"] == counts["drugs"]
    left, right = (table[f"{title}: records"] for title in ("2015 to 2017", "2018 to 2019"))
    assert (table["Difference: records"] == right - left).all()
    assert app.query_params["left"] == "2015-2017"


def test_of_two_regions_the_largest_flows_of_each_are_listed(opened: Open, store: Store) -> None:
    app = opened("regions", by="region", left="Africa", right="Asia")
    assert "Flows that differ most" not in words(app)
    tables = [frame.value for frame in app.dataframe if list(frame.value.columns[-2:]) == ["To", "Records"]]
    for name, table in zip(("Africa", "Asia"), tables, strict=True):
        counts = assemble.explore(store, Filters(region=(name,))).flows["record_count"]
        assert f"Largest flows: {name}" in words(app)
        assert table["Records"].tolist() == counts.sort_values(ascending=False).head(regions.LISTED).tolist()
    assert "Flows that differ most" in words(opened("regions", by="layer", left="firearms", right="drugs"))


def test_swapping_the_sides_turns_every_difference_round(store: Store) -> None:
    sides = [assemble.explore(store, regions.narrowed(Filters(), "layer", name)) for name in ("firearms", "drugs")]
    there = regions.differing((sides[0], sides[1]), ("a", "b")).set_index(["From", "To"])["Difference"]
    back = regions.differing((sides[1], sides[0]), ("a", "b")).set_index(["From", "To"])["Difference"]
    assert (there.sort_index() == -back.sort_index()).all()


def test_the_same_region_twice_is_refused_in_a_sentence(opened: Open) -> None:
    app = opened("regions", by="layer", left="drugs", right="drugs")
    assert not app.exception
    assert "Both sides are the same" in app.info[0].value


def test_drawing_fewer_flows_changes_no_total(store: Store) -> None:
    few, many = (assemble.explore(store, replace(Filters(), top=top)) for top in (3, 60))
    assert few.totals.equals(many.totals)
    assert few.flows["record_count"].sum() == many.flows["record_count"].sum()
    shown = [view.flows[view.flows["is_shown"]].groupby("layer").size() for view in (few, many)]
    assert (shown[0] < shown[1]).all()


def test_a_country_that_reports_nothing_of_the_chosen_layers_is_silent(store: Store) -> None:
    everything = set(store.reports["country_id"])
    silent = assemble.explore(store, Filters()).silent["country_id"]
    assert set(silent).isdisjoint(everything)
    only = assemble.silent(store, Filters(layers=("firearms",), since=date(2020, 1, 1), until=date(2021, 1, 1)))
    rows = store.reports[(store.reports["layer"] == "firearms") & (store.reports["year"] == 2020)]
    assert set(only["country_id"]).isdisjoint(rows["country_id"])
    assert len(only) >= len(silent)
    oceania = assemble.silent(store, Filters(region=("Oceania",)))
    assert set(oceania["country_id"]) < set(silent)


def test_a_layer_without_flows_or_incidents_is_context(store: Store) -> None:
    assert stores.context_layers(store) == frozenset()


def test_two_periods_are_at_first_the_halves_of_what_is_known_of_firearms(opened: Open, store: Store) -> None:
    app = opened("regions", by="period")
    years = {side: tuple(map(str, half)) for side, half in regions.halves(store.spans).items()}
    assert {slider.label: slider.value for slider in app.select_slider} == {
        "Left map": years["left"],
        "Right map": years["right"],
    }


def test_without_firearms_the_years_are_those_of_any_layer() -> None:
    days = {"first_on": pd.to_datetime(["1989-05-01", "2003-01-01"]), "last_on": pd.to_datetime(["2024-03-01"] * 2)}
    spans = pd.DataFrame(days, index=["terrorism", "firearms"])
    assert regions.halves(spans) == {"left": (2003, 2013), "right": (2014, 2024)}
    assert regions.halves(spans.drop("firearms")) == {"left": (1989, 2006), "right": (2007, 2024)}
