"""The Coverage page: what was recorded where, when and how well, and what was not."""

import streamlit as st

from dashboard import charts_coverage as charts
from dashboard import glossary, load, record_words, words
from dashboard import tables_coverage as tables
from dashboard.coverage import Coverage
from dashboard.pages import coverage_parts, draw, frame, state

GRID_PX = 620  # of the tallest grid shown without scrolling
GRID_KEY = "coverage_grid"
NO_NUMBERS = f"<style>@media (max-width: 640px) {{ .st-key-{GRID_KEY} .heatmap-label {{ display: none }} }}</style>"
NARROW = "A narrow screen shows the colours only: the numbers are in the table."
WORLD = "World: countries with most records"


def render() -> None:
    """Draw the page, or one sentence that says why it cannot be drawn."""
    frame.page(_body, "coverage")


def _body(page: frame.Page) -> None:
    page.link()
    view = page.view("Counting reports …", load.coverage)
    st.subheader("Coverage and limits", anchor=False)
    if view.layers["record_count"].sum():
        _overview(view)
        _grid(view)
        _quality(view)
    else:
        st.info("No record of this choice. Switch a layer on, or widen the period or the region in the side bar.")
    coverage_parts.twice(page, tuple(view.layers["layer"]))
    _sources(view)
    _glossary()


def _overview(view: Coverage) -> None:
    """Say at once where each layer is thin."""
    st.markdown(_bullets(tables.sentences(view)))
    st.caption(words.caption(f"{words.SILENCE} {record_words.COVERAGE_FILTERS}"))
    st.subheader("Where each layer has records", anchor=False)
    draw.chart(charts.regions_figure(view), "Countries with records by world region and layer")
    st.caption("Countries and territories of each region in which anything was found. Grey: none of them.")
    with st.expander("The same as a table"):
        st.dataframe(tables.region_table(view), hide_index=True)
    st.subheader("Each layer in figures", anchor=False)
    st.dataframe(tables.layer_table(view), hide_index=True, placeholder=words.DASH)
    st.caption(record_words.COVERAGE_OF_PAIRS)


def _grid(view: Coverage) -> None:
    """Draw countries against years for one layer."""
    st.subheader("Who reports in which year", anchor=False)
    left, right = st.columns(2)
    names = [name for name in view.layers["layer"] if name in set(view.reports["layer"])]
    if not names:
        st.write("No record of this choice names the country it was found in.")
        return
    state.default("coverage_layer", names[0], names)
    layer = left.selectbox("Layer", names, key="coverage_layer", format_func=words.layer_title)
    regions = [WORLD, *sorted(set(view.countries["subregion"]))]
    state.default("coverage_region", WORLD, regions)
    region = right.selectbox("Region", regions, key="coverage_region", format_func=words.safe)
    cells = charts.shown_countries(view, layer, None if region == WORLD else region)
    draw.pictures([charts.grid_legend()], ["What the colours of the grid mean"])
    if charts.is_dense(cells):
        st.html(NO_NUMBERS)
    with st.container(height=min(GRID_PX, charts.height_px(cells) + 40), border=False, key=GRID_KEY):
        draw.chart(charts.grid_figure(cells), "Records by country and year")
    narrow = f" {NARROW}" if charts.is_dense(cells) else ""
    st.caption(words.caption(f"{tables.grid_note(view, layer, cells)}{narrow}"))
    with st.expander("The same as a table"):
        st.dataframe(tables.grid_table(cells), hide_index=True)


def _quality(view: Coverage) -> None:
    """Draw how well places, dates and directions are known."""
    st.subheader("How well records are known", anchor=False)
    for slot, (quality, (title, _)) in zip(st.columns(3), charts.QUALITIES.items(), strict=True):
        with slot:
            st.markdown(f"**{title}**")
            draw.chart(charts.grades_figure(view, quality), title)
    with st.expander("The same as tables"):
        for quality, (title, _) in charts.QUALITIES.items():
            st.markdown(f"**{title}**")
            st.dataframe(tables.grades_table(view, quality), hide_index=True, placeholder=words.DASH)
    st.caption(record_words.QUALITY_CAPTION)


def _sources(view: Coverage) -> None:
    """Name the sources, and the place names that nothing is known of."""
    st.subheader("Sources", anchor=False)
    st.dataframe(tables.source_table(view), hide_index=True, placeholder=words.DASH)
    st.caption(words.caption(f"{words.COUNTS} Release {view.release_id}, marked {view.marking}."))
    st.markdown("What these sources leave out:\n" + _bullets(tables.caveats(view)))
    unknown = tables.unresolved(view)
    if unknown:
        st.markdown(
            "Place names that no place is known for:\n" + "\n".join(f"- {words.caption(row)}" for row in unknown)
        )
    else:
        st.write("Every published place name was resolved.")


def _bullets(lines: list[str]) -> str:
    return "\n".join(f"- {words.caption(line)}" for line in lines)


def _glossary() -> None:
    """Explain the words and the method."""
    st.subheader("Words and method", anchor=False)
    with st.expander("How this tool reckons, in plain sentences"):
        st.markdown("\n".join(f"{place}. {words.caption(said)}" for place, said in enumerate(glossary.METHOD, 1)))
    query = st.text_input("Search the glossary", key="glossary", placeholder="Such as: corridor, inverse, coverage")
    found = glossary.found(query)
    if not found:
        st.write(f"No word or meaning holds “{words.caption(query)}”.")
    with st.expander(f"Glossary: {words.plural(len(found), 'word')}", expanded=bool(query)):
        st.markdown("\n".join(f"- **{words.caption(term)}**: {words.caption(told)}" for term, told in found.items()))
