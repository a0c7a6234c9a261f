"""The parts of the Coverage page, in reading order: overview, grid, quality, what two sources state, sources, words."""

import streamlit as st

from dashboard import charts_coverage as charts
from dashboard import duplicates, glossary, load, record_words, words
from dashboard import tables_coverage as tables
from dashboard.coverage import Coverage
from dashboard.pages import draw, frame, state

PAIRS_SHOWN = 500
GRID_PX = 620  # of the tallest grid shown without scrolling
GRID_KEY = "coverage_grid"
NO_NUMBERS = f"<style>@media (max-width: 640px) {{ .st-key-{GRID_KEY} .heatmap-label {{ display: none }} }}</style>"
NARROW = "A narrow screen shows the colours only: the numbers are in the table."
WORLD = "World: countries with most records"


def overview(view: Coverage) -> None:
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


def grid(view: Coverage) -> None:
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


def quality(view: Coverage) -> None:
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


def twice(page: frame.Page, layers: tuple[str, ...]) -> None:
    """Say which records are not counted because another source states the same event better.

    Args:
        page: The page; of its filters only the layers count.
        layers: The chosen layers that the release holds.
    """
    st.subheader("Stated by two sources", anchor=False)
    found = load.duplicates(*page.pinned, layers)
    st.write(words.caption(duplicates.sentence(found)))
    if found.counts.empty:
        return
    st.dataframe(duplicates.count_table(found), hide_index=True)
    st.caption("Of the whole release: period and region do not limit this list.")
    if found.rows.empty:
        return
    pairs = words.plural(len(found.rows), "record")
    with st.expander(f"Each of the {pairs}, with file and row" if len(found.rows) > 1 else "File and row"):
        st.dataframe(duplicates.pair_table(found, PAIRS_SHOWN), hide_index=True)
        if len(found.rows) > PAIRS_SHOWN:
            st.caption(f"Showing {PAIRS_SHOWN} of {pairs}. All of them: contraflow duplicates --store DIR --format csv")


def sources(view: Coverage) -> None:
    """Name the sources, and the place names that nothing is known of."""
    st.subheader("Sources", anchor=False)
    st.dataframe(tables.source_table(view), hide_index=True, placeholder=words.DASH)
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


def meanings() -> None:
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
