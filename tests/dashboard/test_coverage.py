"""Coverage on small made-up tables and on the sample: states of silence, shares, and what the page says of them."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from dashboard import assemble, charts_coverage, coverage, glossary, tables_coverage
from dashboard.coverage import NEVER, RECORDS, SILENT, SPANNING, Coverage
from dashboard.filters import Filters
from dashboard.stores import Store
from data.errors import FilterError

COUNTRIES = pd.DataFrame(
    [("MEX", "Mexico", "Americas", "Central America"), ("USA", "United States", "Americas", "Northern America")]
    + [("NRU", "Nauru", "Oceania", "Micronesia"), ("GRC", "Greece", "Europe", "Southern Europe")],
    columns=["country_id", "name", "region", "subregion"],
).set_index("country_id")
REPORTS = pd.DataFrame(
    [
        ("drugs", "MEX", 2019, 12, 0),
        ("drugs", "MEX", 2021, 3, 0),
        ("drugs", "USA", 2019, 0, 40),
        ("drugs", "USA", 2020, 0, 40),
        ("firearms", "GRC", 2020, 1500, 0),
    ],
    columns=["layer", "country_id", "year", "record_count", "spanning_count"],
)
SHARES = pd.DataFrame(
    [
        ("drugs", "place", "exact", 5),
        ("drugs", "place", "country", 10),
        ("drugs", "date", "day", 6),
        ("drugs", "date", "month", 3),
        ("drugs", "date", "year", 6),
        ("drugs", "direction", "directed", 3),
        ("drugs", "direction", "none", 12),
        ("drugs", "count", "number", 15),
        ("drugs", "status", "observed", 2),
        ("drugs", "status", "intended", 2),
    ],
    columns=["layer", "quality", "grade", "record_count"],
)


@pytest.fixture
def view() -> Coverage:
    """Return a view made by hand: four countries, two layers, 2019 to 2021."""
    years = (2019, 2021)
    pairs = pd.DataFrame(
        [("drugs", n, n) for n in (1, 1, 2, 6)], columns=["layer", "record_count", "record_count_high"]
    )
    sources = pd.DataFrame({"source_id": ["a"], "title": ["Lists"], "caveat": ["Two states."]})
    names = pd.DataFrame(
        {"source_id": ["a"], "title": ["Lists"], "name_count": [2], "row_count": [1], "names": [["X", "Y"]]}
    )
    return Coverage(
        release_id="r1",
        is_synthetic=False,
        marking="TLP:CLEAR",
        filters=Filters(),
        totals=pd.DataFrame(),
        layers=coverage._layers(("firearms", "drugs"), SHARES, REPORTS, years),
        shares=SHARES,
        pairs=pairs,
        reports=REPORTS,
        countries=COUNTRIES,
        years=years,
        placeless=pd.Series({"drugs": 7}),
        sources=sources,
        names=names,
    )


def states(view: Coverage, layer: str) -> dict[tuple[str, int], str]:
    rows = coverage.cells(view, layer)
    return {(c, y): s for c, y, s in zip(rows["country_id"], rows["year"], rows["state"], strict=True)}


def test_silence_between_two_reports_is_told_from_a_country_that_never_reports(view: Coverage) -> None:
    found = states(view, "drugs")
    assert [found["MEX", year] for year in (2019, 2020, 2021)] == [RECORDS, SILENT, RECORDS]
    assert [found["NRU", year] for year in (2019, 2020, 2021)] == [NEVER] * 3


def test_a_record_of_several_years_is_neither_a_number_nor_silence(view: Coverage) -> None:
    found = states(view, "drugs")
    assert [found["USA", year] for year in (2019, 2020, 2021)] == [SPANNING, SPANNING, SILENT]


def test_each_layer_has_its_own_silence(view: Coverage) -> None:
    assert states(view, "firearms")["MEX", 2019] == NEVER
    assert states(view, "firearms")["GRC", 2020] == RECORDS


def test_a_report_before_the_chosen_years_makes_silence_and_not_never(view: Coverage) -> None:
    late = replace(view, years=(2021, 2021))
    assert states(late, "firearms") == {("GRC", 2021): SILENT} | {(c, 2021): NEVER for c in ("MEX", "USA", "NRU")}


def test_regions_count_countries_with_records_of_all_there_are(view: Coverage) -> None:
    rows = coverage.regions(view).set_index(["layer", "subregion"]).loc["drugs"]
    assert rows["reporting_count"].to_dict() == {
        "Central America": 1,
        "Northern America": 1,
        "Micronesia": 0,
        "Southern Europe": 0,
    }
    assert rows["country_count"].to_dict() == dict.fromkeys(rows.index, 1)


def test_shares_are_of_records_and_unknown_where_nothing_is_asked(view: Coverage) -> None:
    drugs = view.layers.set_index("layer").loc["drugs"]
    assert drugs["placed_share"] == pytest.approx(5 / 15)
    assert drugs["dated_share"] == pytest.approx(9 / 15)
    assert drugs["directed_share"] == pytest.approx(3 / 15)
    assert view.layers.set_index("layer")["dated_share"].isna().to_dict() == {"firearms": True, "drugs": False}


def test_the_sentences_say_where_a_layer_is_thin(view: Coverage) -> None:
    firearms, drugs = tables_coverage.sentences(view)
    assert firearms == "Firearms: no record in this choice"
    assert drugs.startswith("Drugs: 15 records found in 2 of 4 countries and territories")
    assert "nothing in Micronesia, Southern Europe" in drugs
    assert "60 % dated to the month or better" in drugs
    assert drugs.endswith("20 % state a direction")


def test_the_table_of_layers_holds_the_coverage_of_pairs(view: Coverage) -> None:
    table = tables_coverage.layer_table(view).set_index("Question")
    assert table.loc["Coverage of pairs", "Drugs"] == "82 %"  # 1 - 2/10 x 18/20
    assert table.loc["Pairs of places with a flow", "Drugs"] == "4"
    assert table.loc["Coverage of pairs", "Firearms"] == "–"
    victims = replace(view, layers=view.layers.replace({"layer": {"drugs": "human_trafficking"}}))
    table = tables_coverage.layer_table(victims).set_index("Question")
    assert table.loc["Coverage of pairs", "Human trafficking"] == "cannot be told"


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [(0.5, 0.5, "50 %"), (0.5, 1.0, "50 % to 100 %"), (0.9993, 0.9993, "over 99 %"), (float("nan"), float("nan"), "–")],
)
def test_coverage_is_written_as_a_range_and_never_rounded_up_to_all(low: float, high: float, told: str) -> None:
    assert tables_coverage.share_range(low, high) == told


def test_the_grid_draws_a_count_and_both_silences_in_separate_colours(view: Coverage) -> None:
    cells = charts_coverage.shown_countries(view, "drugs", "Central America")
    figure = charts_coverage.grid_figure(cells)
    drawn = {trace.hovertemplate: trace for trace in figure.data}
    silent = next(trace for told, trace in drawn.items() if "nothing that year" in told)
    assert silent.z.tolist()[0][1] == 1.0
    assert figure.data[-1].customdata.tolist()[0][0] == 12
    assert {trace.type for trace in figure.data} == {"heatmap"}


def test_a_region_lists_all_its_countries_and_the_world_only_those_with_records(view: Coverage) -> None:
    assert charts_coverage.shown_countries(view, "drugs", "Micronesia")["country"].unique().tolist() == ["Nauru"]
    assert charts_coverage.shown_countries(view, "drugs", None)["country"].unique().tolist() == ["Mexico"]


def test_the_grid_runs_over_the_years_of_its_own_layer(view: Coverage) -> None:
    assert charts_coverage.shown_countries(view, "firearms", None)["year"].tolist() == [2020]


def test_the_table_of_the_grid_says_which_silence(view: Coverage) -> None:
    table = tables_coverage.grid_table(charts_coverage.shown_countries(view, "drugs", "Central America"))
    assert table.iloc[0].tolist() == ["Mexico", "12", "nothing", "3"]


def test_the_note_counts_who_never_reports_and_what_has_no_country(view: Coverage) -> None:
    cells = charts_coverage.shown_countries(view, "drugs", "Central America")
    assert tables_coverage.grid_note(view, "drugs", cells) == (
        "Showing 1 of 4 countries and territories; 2 have a record in some year of this release, 2 never; "
        "7 records state no country of finding."
    )


def test_grades_add_up_to_one_and_their_figure_is_no_map(view: Coverage) -> None:
    wide = charts_coverage.grades(view, "date")
    assert wide.to_numpy()[0] == pytest.approx([6 / 15, 3 / 15, 6 / 15])
    assert [bar.name for bar in charts_coverage.grades_figure(view, "date").data] == ["Day", "Month", "Year only"]


def test_unknown_place_names_are_listed_with_their_rows(view: Coverage) -> None:
    assert tables_coverage.unresolved(view) == ["Lists: 2 names in 1 row: X, Y"]
    assert tables_coverage.caveats(view) == ["Lists: Two states."]


def test_without_records_there_are_no_years_and_no_cells(view: Coverage) -> None:
    empty = replace(view, years=None, reports=REPORTS.iloc[:0])
    assert coverage.cells(empty, "drugs").empty
    assert coverage.regions(empty)["reporting_count"].sum() == 0


def test_grades_of_the_sample_sum_to_the_records_beside_the_switches(store: Store) -> None:
    view = coverage.coverage(store, Filters())
    totals = assemble.explore(store, Filters()).totals.set_index("layer")["record_count"]
    for quality in ("place", "date", "count"):
        sums = view.shares[view.shares["quality"] == quality].groupby("layer")["record_count"].sum()
        assert sums.to_dict() == totals.to_dict()
    by_year = view.reports.groupby("layer")["record_count"].sum() + view.placeless.reindex(totals.index).fillna(0)
    dated = totals.drop("human_trafficking")  # its cells span three years
    assert by_year[dated.index].astype(int).to_dict() == dated.to_dict()


def test_a_region_limits_countries_and_a_commodity_limits_nothing(store: Store) -> None:
    view = coverage.coverage(store, Filters(region=("South America",)))
    assert set(view.countries["subregion"]) == {"South America"}
    assert set(view.reports["country_id"]) <= set(view.countries.index)
    whole, limited = (coverage.coverage(store, Filters(commodity=name)) for name in ((), ("drugs:cocaine",)))
    assert limited.layers.equals(whole.layers)


def test_a_period_limits_the_years(store: Store) -> None:
    view = coverage.coverage(store, Filters(since=date(2017, 1, 1), until=date(2019, 1, 1)))
    assert view.years == (2017, 2018)


def test_an_unknown_region_is_refused_by_name(store: Store) -> None:
    with pytest.raises(FilterError, match="Atlantis"):
        coverage.coverage(store, Filters(region=("Atlantis",)))


def test_the_glossary_finds_by_name_first_and_by_meaning() -> None:
    assert list(glossary.found("corridor"))[0] == "Corridor"
    assert "Inverse" in glossary.found("opposite directions")
    assert glossary.found("zebra") == {}
    assert len(glossary.found("")) == len(glossary.TERMS)


@pytest.mark.parametrize(("years", "is_dense"), [(10, False), (11, True), (16, True), (17, False)])
def test_a_phone_has_no_room_for_the_numbers_of_eleven_years(years: int, is_dense: bool) -> None:
    assert charts_coverage.is_dense(pd.DataFrame({"year": [2000 + n for n in range(years)] * 2})) is is_dense
