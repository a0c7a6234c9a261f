"""The Method page: what the words rest on, and how the method does on worlds whose truth is known."""

import pandas as pd
import streamlit as st

from dashboard import charts, method_words, validate, words
from dashboard.pages import draw, tables
from geo.validation.report import Report


def render() -> None:
    """Draw the page; it needs no store."""
    st.subheader("How the statements are made, and how far they can be trusted", anchor=False)
    for title, told in method_words.STEPS.items():
        st.markdown(f"**{title}**: {told}")
    with st.expander("The formulas"):
        for formula, told in method_words.FORMULAS.items():
            st.latex(formula)
            st.caption(told)
    st.caption(method_words.WHERE)
    report = validate.shipped()
    _scenarios(report, tables.validation(report["rows"]))
    st.subheader("Do probabilities mean what they say?", anchor=False)
    curves = report["curves"].get("S15", {})
    draw.chart(charts.calibration(curves), "Stated against true share")
    st.caption(method_words.CALIBRATION)


def _scenarios(report: Report, frame: pd.DataFrame) -> None:
    """List the scenarios with their bounds kept and missed, then every figure."""
    st.subheader("Tested on worlds with planted truth", anchor=False)
    kept, missed = ((frame["Kept"] == word).sum() for word in ("yes", "no"))
    settings = report["settings"]
    st.markdown(
        f"{words.plural(kept, 'bound')} kept, **{words.plural(missed, 'bound')} missed**. Made-up worlds only:"
        f" {settings['worlds']} a setting, {settings['places']} places, {settings['draws']} draws,"
        f" seed {report['seed']}."
    )
    st.dataframe(tables.scenarios(frame, report["scenarios"]), hide_index=True, height="content")
    st.subheader("Every figure", anchor=False)
    chosen = st.selectbox("Scenario", ["All", *report["scenarios"]], format_func=lambda name: _title(report, name))
    only_missed = st.toggle("Missed bounds only")
    shown = frame if chosen == "All" else frame[frame["Scenario"] == chosen]
    shown = shown[shown["Kept"] == "no"] if only_missed else shown
    if shown.empty:
        st.write("No such bound.")
    else:
        st.dataframe(shown, hide_index=True, placeholder=words.DASH, height=380)
        st.caption(method_words.MEASURES)


def _title(report: Report, name: str) -> str:
    return "All scenarios" if name == "All" else f"{name}: {report['scenarios'][name]}"
