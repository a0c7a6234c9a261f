from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from dashboard import assemble, charts_corridor, dossier, tables_corridor
from dashboard import dossier_words as said
from dashboard.filters import Filters
from dashboard.stores import Store
from data.errors import FilterError
from geo.proximity import NO_RATES, ProximityTest
from queries import run

CORRIDOR = "city:MEX:guadalajara~city:USA:houston"
ROW = {
    "layer": "drugs",
    "relation": "inverse",
    "p_common": 0.0,
    "p_inverse": 0.97,
    "d": -0.61,
    "q_full_margin": 0.04,
    "q_polarity": 0.2,
    "statistic": 120.0,
    "expected": 40.0,
    "evidence_class": "A",
    "flips": "",
    "firearms_n": 50.0,
    "other_n": 40.0,
    "a_onward": 45.0,
    "a_back": 5.0,
}
MONTHS = pd.DataFrame(
    [
        ("firearms", "with", "2020-01-01", "2020-01-01", 4),
        ("firearms", "with", "2020-01-01", "2020-12-01", 3),
        ("firearms", "against", "2020-05-01", "2020-05-01", 2),
        ("drugs", "against", "2019-01-01", "2020-12-01", 9),
    ],
    columns=["layer", "direction", "first_month_on", "last_month_on", "record_count"],
)
NEAR = pd.DataFrame({"layer": ["terrorism"], "year": [2020], "incident_count": [6]})
ENDS = ("Here", "There")


def settings(d: list[float], p_common: list[float], p_inverse: list[float]) -> pd.DataFrame:
    """Return one layer's answers by kappa, weighed by reports, at the usual share of wrong directions."""
    ways = {"layer": "drugs", "weighting": "events", "kappa": [0.0, 0.5, 1.0], "delta": 0.08}
    return pd.DataFrame({**ways, "D": d, "P_common": p_common, "P_inverse": p_inverse})


# --- of a store


def test_the_records_of_the_trend_sum_to_those_of_the_evidence(store: Store) -> None:
    found = dossier.dossier(store, Filters(), CORRIDOR)
    keys = ["layer", "direction"]
    wanted = found.evidence.summary.set_index(keys)["record_count"].sort_index()
    assert found.months.groupby(keys)["record_count"].sum().sort_index().to_dict() == wanted.to_dict()


def test_both_ends_count_every_flow_that_touches_them(store: Store) -> None:
    found = dossier.dossier(store, Filters(), CORRIDOR)
    flows = assemble.flows(store, Filters())
    for row in found.ends.itertuples():
        mine = flows[flows["layer"] == row.layer]
        assert row.begin_count == mine.loc[mine["origin_id"] == row.place_id, "record_count"].sum()
        assert row.end_count == mine.loc[mine["destination_id"] == row.place_id, "record_count"].sum()


def test_the_settings_hold_the_answer_of_the_explore_page(store: Store) -> None:
    view = assemble.explore(store, Filters())
    known = view.corridors[view.corridors["relation"].isin(["common", "inverse"])].iloc[0]
    found = dossier.dossier(store, Filters(), str(known["corridor_id"]))
    usual = found.settings.query("layer == @known.layer and weighting == 'events' and kappa == .5 and delta == .08")
    assert usual["D"].item() == pytest.approx(known["d"])
    assert usual["P_inverse"].item() == pytest.approx(known["p_inverse"])
    assert len(found.settings.query("layer == @known.layer")) == 27


def test_the_ids_of_a_corridor_may_stand_either_way_round(store: Store) -> None:
    turned = "~".join(reversed(CORRIDOR.split("~")))
    one, other = (dossier.dossier(store, Filters(), name) for name in (CORRIDOR, turned))
    pd.testing.assert_frame_equal(one.months, other.months)
    pd.testing.assert_frame_equal(one.chains, other.chains)


def test_chains_lie_between_the_two_places_and_pass_the_filters(store: Store) -> None:
    found = dossier.dossier(store, Filters(), CORRIDOR)
    assert len(found.chains) > 0
    later = dossier.dossier(store, Filters(since=date(2020, 1, 1)), CORRIDOR)
    assert 0 < len(later.chains) < len(found.chains)
    assert (later.chains["seized_from_on"] >= pd.Timestamp(2020, 1, 1)).all()


def test_lead_and_lag_run_over_whole_months_of_the_filters(store: Store) -> None:
    chosen = Filters(since=date(2018, 1, 15), until=date(2020, 1, 15))
    found = dossier.dossier(store, chosen, CORRIDOR)
    assert set(found.lags["month_count"]) == {23}  # February 2018 to December 2019
    assert found.lags["reason"].str.startswith("not enough data").all()


def test_effort_is_what_else_was_found_in_both_countries(store: Store) -> None:
    pair = tuple(sorted(CORRIDOR.split("~")))
    found = run.rows(store.con, "dossier_effort", place_a=pair[0], place_b=pair[1])
    there, points, legs, places = (
        pq.read_table(store.release.path(name)).to_pandas() for name in ("observations", "waypoints", "legs", "places")
    )
    country = places.set_index("place_id")["country_id"]
    seized = points[(points["role"] == "seizure") & points["place_id"].map(country).isin(country.loc[list(pair)])]
    own = legs[legs["origin_id"].isin(pair) & legs["destination_id"].isin(pair)]
    of_month = there["date_precision"].isin(["day", "month"]) & ~there["is_subtotal"]
    wanted = there[of_month & there["obs_id"].isin(seized["obs_id"]) & ~there["obs_id"].isin(own["obs_id"])]
    assert found["record_count"].sum() == wanted["case_count"].sum() > 0
    span = pd.date_range("2018-01-01", "2019-12-01", freq="MS")
    effort = dossier._effort(found.assign(corridor_id="pair"), span)
    assert effort is not None
    assert (effort.to_numpy() > 0).all()
    assert dossier._effort(found.assign(corridor_id="pair", record_count=2), span) is None


def test_a_choice_without_records_is_empty_and_no_crash(store: Store) -> None:
    found = dossier.dossier(store, Filters(min_count=1_000_000), CORRIDOR)
    assert found.months.empty
    assert found.lags.empty
    assert found.settings.empty
    assert found.ends.empty
    assert charts_corridor.trend(found.months, found.near.iloc[:0], "year", ENDS) is None


def test_without_firearms_nothing_is_compared(store: Store) -> None:
    found = dossier.dossier(store, Filters(layers=("drugs",)), CORRIDOR)
    assert found.settings.empty
    assert found.lags.empty
    assert set(found.months["layer"]) == {"drugs"}


def test_a_corridor_between_countries_has_nothing_near_it(store: Store) -> None:
    flows = assemble.flows(store, Filters())
    coarse = flows[flows["is_coarse"]].iloc[0]
    found = dossier.dossier(store, Filters(), coarse["corridor_id"])
    assert found.is_coarse
    assert found.near.empty
    assert found.near_reason == dossier.BY_COUNTRY


@pytest.mark.parametrize("name", ["", "nowhere", "nowhere~else", f"{CORRIDOR}~x"])
def test_an_unknown_corridor_is_an_error(store: Store, name: str) -> None:
    with pytest.raises(FilterError, match="is not in this release"):
        dossier.dossier(store, Filters(), name)


# --- words


def test_the_finding_states_relation_probability_direction_and_class() -> None:
    told = said.finding(ROW)
    assert told.startswith(
        "Records of drugs run the opposite way to firearms (inverse): probability 0.97, shared direction D −0.61"
    )
    assert "q 0.04. Class A: sure, and more than hubs and distance give" in told


def test_reversing_the_other_layer_turns_the_finding() -> None:
    turned = ROW | {"relation": "common", "p_common": 0.97, "p_inverse": 0.0, "d": 0.61}
    assert "run the same way as firearms (common): probability 0.97, shared direction D +0.61" in said.finding(turned)


def test_a_sure_word_that_was_not_tested_says_so() -> None:
    told = said.finding(ROW | {"evidence_class": "B", "q_full_margin": np.nan})
    assert "q " not in told
    assert said.UNTESTED in told


def test_a_direction_nobody_weighed_otherwise_has_no_flips_to_name() -> None:
    unlikely = ROW | {"p_inverse": 0.5, "flips": np.nan, "evidence_class": "D"}
    told = said.changes(unlikely, settings([0.1] * 3, [0.4] * 3, [0.5] * 3))
    assert not [line for line in told if "For class B" in line]
    turned = said.changes(ROW | {"flips": "items at kappa 1"}, settings([0.1] * 3, [0.0] * 3, [0.97] * 3))
    assert "these do: items at kappa 1." in turned[-1]


def test_no_row_says_that_no_firearms_join_the_places() -> None:
    assert said.findings(pd.DataFrame()) == [said.NO_FIREARMS]


def test_raw_and_adjusted_overlap_stand_side_by_side() -> None:
    assert "120 weighted records" in said.overlap(ROW)
    assert "give 40.0: 3.0 times as many (adjusted)" in said.overlap(ROW)
    assert said.NOT_TESTED in said.overlap(ROW | {"statistic": np.nan})
    assert "give none" in said.overlap(ROW | {"expected": 0.0})


def test_what_would_change_names_the_kappa_at_which_nothing_is_left() -> None:
    nan = float("nan")
    told = said.changes(ROW, settings([nan, -0.6, -0.5], [nan, 0.0, 0.0], [nan, 0.97, 0.95]))
    assert told[0].endswith("counted not at all (kappa 0), nothing is left to judge.")
    assert "However" not in " ".join(told)


def test_a_word_that_always_stands_says_so_and_how_many_records_would_undo_it() -> None:
    told = said.changes(ROW, settings([-0.6] * 3, [0.0] * 3, [0.97] * 3))
    assert told[0] == "However records are weighed, the answer stays: inverse."
    assert told[1].endswith("of drugs against their present way would take the word inverse away.")


def test_missing_records_are_counted_up_to_five() -> None:
    told = said.changes(ROW | {"relation": "insufficient", "other_n": 2.0}, settings([0.0] * 3, [0.0] * 3, [0.0] * 3))
    assert told == ["3 more records of drugs along the corridor would allow a word."]


def test_what_keeps_a_corridor_from_a_better_class() -> None:
    low = said.changes(ROW | {"p_inverse": 0.8, "evidence_class": "C"}, settings([0.0] * 3, [0.0] * 3, [0.8] * 3))
    assert "needs a probability of 0.9; it has 0.80" in " ".join(low)
    hubs = said.changes(ROW | {"q_full_margin": 0.5, "evidence_class": "B"}, settings([0.0] * 3, [0.0] * 3, [0.97] * 3))
    assert hubs[-1] == "The class would be A if q were 0.1 or less; it is 0.50."


def test_an_end_of_which_little_else_is_known_is_a_warning() -> None:
    ends = pd.DataFrame(
        [("drugs", "x", "Here", 30, 14, 40), ("drugs", "y", "There", 30, 15, 40), ("firearms", "x", "Here", 0, 1, 0)],
        columns=dossier.END_COLUMNS,
    )
    told = said.silences(ends)
    assert [line.split(";")[0] for line in told] == [
        "Drugs: nearly silent at Here",  # 30 + 14 - 40 = 4, below 5
        "Firearms: nearly silent at Here",
    ]
    assert "1 record begins or ends there. " in told[1] and told[1].endswith("missing reports")
    victims = said.silences(ends.iloc[2:].assign(layer="human_trafficking"))
    assert victims[0].endswith("missing reports, or counts too small to tell")


def test_a_lag_says_who_is_ahead_and_turns_with_its_sign() -> None:
    row = {"layer": "drugs", "lag_months": 3.0, "correlation": 0.4, "p": 0.01, "month_count": 120, "reason": None}
    row |= {"first_count": 80.0, "second_count": 90.0, "q": 0.02, "is_corrected": True}
    assert "firearms 3 months ahead" in said.lag(row)
    assert "drugs 1 month ahead" in said.lag(row | {"lag_months": -1.0})
    assert "no lead or lag stands out" in said.lag(row | {"q": 0.2})
    assert "not enough data" in said.lag(row | {"reason": "not enough data: 60 months", "lag_months": np.nan})


def test_a_lag_not_corrected_for_effort_is_never_called_more_than_a_fit() -> None:
    row = {"layer": "drugs", "lag_months": 0.0, "correlation": 0.9, "p": 0.01, "month_count": 120, "reason": None}
    told = said.lag(row | {"first_count": 80.0, "second_count": 90.0, "q": 0.01, "is_corrected": False})
    assert "one campaign alone would look like this" in told
    assert "most alike" not in told


def test_near_incidents_are_counted_or_a_reason_stands_there() -> None:
    assert said.near(NEAR, "") == ["Terrorism: 6 incidents within 75 km of the corridor's line, 2020"]
    assert said.near(NEAR.iloc[:0], dossier.BY_AIR)[0].startswith("Not looked for: most records")
    assert said.near(NEAR.iloc[:0], "")[0].startswith("No incident")


def test_the_test_of_incidents_says_why_it_was_not_made() -> None:
    nan = float("nan")
    tested = ProximityTest(nan, nan, nan, nan, {}, 3.0, 0.0, 0, nan, NO_RATES, "not enough data: 30 incidents")
    assert said.near_test("terrorism", tested) == "Terrorism: not enough data: 30 incidents"
    found = replace(tested, reason=None, p=0.01, rates=NO_RATES._replace(ratio=2.0, low=1.5, high=2.5))
    assert "3 incidents lie nearer than hubs" in said.near_test("terrorism", found)
    assert "2.00 times as many" in said.near_test("terrorism", found)
    assert "are not shown to lie nearer than" in said.near_test("terrorism", replace(found, p=0.4))


# --- tables and figures


def test_settings_that_turn_the_sign_are_marked() -> None:
    table = tables_corridor.robustness(settings([np.nan, -0.6, 0.2], [np.nan, 0.0, 0.5], [np.nan, 0.97, 0.4]), -0.6)
    assert table["Sign"].tolist() == ["nothing left", "as above", "turns round"]
    assert table["Word"].tolist() == ["nothing is left to judge", "inverse", "neither common nor inverse"]


def test_the_table_of_verdicts_divides_found_by_expected() -> None:
    table = tables_corridor.verdicts(pd.DataFrame([ROW, ROW | {"expected": 0.0}]))
    assert table["Adjusted: found / expected"].iloc[0] == 3.0
    assert np.isnan(table["Adjusted: found / expected"].iloc[1])


def test_a_chain_links_to_its_trace_with_the_filters() -> None:
    rows = pd.DataFrame(
        [("t:1 &", "against", "sold", "reported_stolen", 5, True, pd.NaT, None)],
        columns=[
            "trace_id",
            "direction",
            "from_event",
            "to_event",
            "days",
            "is_diversion",
            *dossier.TRACE_COLUMNS[1::2],
        ],
    )
    table = tables_corridor.chains(rows.rename(columns={"stage": "x"}), ENDS, Filters(region=("MEX",)), "traces")
    assert table["Trace"].tolist() == ["traces?region=MEX&trace=t%3A1+%26"]
    assert table["Way"].tolist() == ["There → Here"]
    assert table["To"].tolist() == ["reported stolen"]


def test_records_dated_to_longer_than_a_step_are_left_out_and_counted() -> None:
    by_year = charts_corridor.dated(MONTHS, "year")
    assert by_year.set_index(["layer", "direction"])["record_count"].to_dict() == {
        ("firearms", "against"): 2,
        ("firearms", "with"): 7,
    }
    assert "Drugs 9 of 9" in charts_corridor.left_out(MONTHS, "year")
    assert "Firearms 3 of 9" in charts_corridor.left_out(MONTHS, "month")


def test_bars_against_point_down_and_turning_the_corridor_turns_them() -> None:
    turned = MONTHS.assign(direction=MONTHS["direction"].map({"with": "against", "against": "with"}))
    heights = []
    for months in (MONTHS, turned):
        figure = charts_corridor.trend(months, NEAR, "year", ENDS)
        assert figure is not None
        heights.append([sum(bar.y) for bar in figure.data])
    assert heights == [[7, -2, 6], [2, -7, 6]]
