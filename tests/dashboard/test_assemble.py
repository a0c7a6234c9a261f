"""Views and comparisons of the synthetic store: sums agree, planted corridors are found, filters filter."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from dashboard import assemble, relations, words
from dashboard.filters import MODI, Filters
from dashboard.importing import TRUTH
from dashboard.relations import Draws
from dashboard.stores import Store
from data.errors import FilterError
from geo import flowfield

ALL = Filters(top=10)
UNTESTED = Draws(0, 1)


def table(store: Store, name: str) -> pd.DataFrame:
    """Return a table of the release, read without any query of ours."""
    frame: pd.DataFrame = pq.read_table(store.release.path(name)).to_pandas()
    return frame


def planted(sample_root: Path) -> list[dict[str, Any]]:
    truth = json.loads((sample_root / TRUTH).read_text(encoding="utf-8"))
    return list(truth["corridors"])


def found_labels(store: Store, corridors: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return (what was planted, what the method says) for each corridor."""
    tables = {
        pair: assemble.comparison(store, Filters(), pair, UNTESTED).corridors.set_index("id")["label"]
        for pair in {tuple(corridor["layers"]) for corridor in corridors}
    }
    ids = ["~".join(sorted((corridor["origin_id"], corridor["destination_id"]))) for corridor in corridors]
    return [
        (corridor["kind"], str(tables[tuple(corridor["layers"])].get(key, "INSUFFICIENT")).lower())
        for corridor, key in zip(corridors, ids, strict=True)
    ]


def test_the_overlaps_a_release_keeps_give_the_corridors_of_all_overlaps(store: Store) -> None:
    whole = replace(store)
    vars(whole)["net"] = flowfield.network(store.paths, store.edges)
    kept, every = (sum(way.nnz for way in each.net.along) for each in (store, whole))
    assert kept < every
    for chosen in (ALL, replace(ALL, kappa=1.0, region=("Europe",))):
        pd.testing.assert_frame_equal(
            assemble.explore(whole, chosen).corridors, assemble.explore(store, chosen).corridors
        )


def test_planted_corridors_are_found_with_the_right_sign(store: Store, sample_root: Path) -> None:
    corridors = [corridor for corridor in planted(sample_root) if corridor["kind"] in ("common", "inverse", "mixed")]
    assert len(corridors) >= 14
    missed = [pair for pair in found_labels(store, corridors) if pair[0] != pair[1]]
    assert len(missed) <= 1  # where it is uncertain what runs along, there may be no word, but never the opposite
    assert {label for _, label in missed} <= {"mixed", "insufficient"}


def test_crossing_decoys_and_independent_hubs_are_never_more_than_hubs_give(store: Store, sample_root: Path) -> None:
    decoys = [corridor for corridor in planted(sample_root) if corridor["kind"] in ("crossing", "independent")]
    assert len(decoys) >= 7
    for layers in {tuple(corridor["layers"]) for corridor in decoys}:
        found = assemble.comparison(store, Filters(), (layers[0], layers[1]), Draws(199, 1)).corridors.set_index("id")
        ids = ["~".join(sorted((c["origin_id"], c["destination_id"]))) for c in decoys if tuple(c["layers"]) == layers]
        # the few records that happen to run there may agree; that is no more than hubs and distance give
        assert "A" not in set(found["evidence_class"].reindex(ids))


def test_flows_sum_to_the_legs(store: Store) -> None:
    legs = table(store, "legs")
    flows = assemble.flows(store, ALL)
    expected = legs[legs["status"] != "licit"].groupby("layer")["record_count"].sum()
    assert flows.groupby("layer")["record_count"].sum().to_dict() == expected.to_dict()


def test_licit_legs_are_in_the_store_and_in_no_flow(store: Store) -> None:
    legs = table(store, "legs")
    licit = legs[legs["status"] == "licit"]
    assert len(licit) > 0
    assert set(licit["origin_role"]) == {"manufacture"}
    assert (licit["weight"] == 0).all()


def test_opposite_directions_stay_two_rows(store: Store) -> None:
    flows = assemble.flows(store, ALL)
    pair = flows[(flows["corridor_id"] == "city:MEX:guadalajara~city:USA:houston") & (flows["layer"] == "firearms")]
    assert len(pair) == 2
    assert set(pair["origin_id"]) == {"city:MEX:guadalajara", "city:USA:houston"}


def test_intended_legs_weigh_kappa(store: Store) -> None:
    none, full = (assemble.flows(store, replace(ALL, kappa=kappa)) for kappa in (0.0, 1.0))
    legs = table(store, "legs")
    intended = legs.loc[legs["status"] == "intended", "weight"].sum()
    assert full["weight"].sum() - none["weight"].sum() == pytest.approx(intended)


def test_period_keeps_only_records_that_begin_in_it(store: Store) -> None:
    legs = table(store, "legs")
    day = pd.to_datetime(legs["date_start"])
    chosen = (day >= pd.Timestamp(2018, 1, 1)) & (day < pd.Timestamp(2019, 7, 1)) & (legs["status"] != "licit")
    flows = assemble.flows(store, replace(ALL, since=date(2018, 1, 1), until=date(2019, 7, 1)))
    assert flows["record_count"].sum() == legs.loc[chosen, "record_count"].sum()


def test_region_keeps_flows_with_both_ends_in_it(store: Store) -> None:
    flows = assemble.flows(store, replace(ALL, region=("Europe",)))
    regions = store.places["region"]
    assert len(flows) > 0
    assert set(regions[flows["origin_id"]]) == set(regions[flows["destination_id"]]) == {"Europe"}


def test_commodity_limits_its_own_layer_only(store: Store) -> None:
    every, limited = assemble.flows(store, ALL), assemble.flows(store, replace(ALL, commodity=("cocaine",)))
    sums = [frame.groupby("layer")["record_count"].sum() for frame in (every, limited)]
    assert sums[0]["firearms"] == sums[1]["firearms"]
    legs = table(store, "legs")
    assert (
        sums[1]["drugs"]
        == legs.loc[(legs["layer"] == "drugs") & (legs["commodity"] == "cocaine"), "record_count"].sum()
    )


def test_minimum_count_leaves_out_smaller_flows(store: Store) -> None:
    every, large = assemble.flows(store, ALL), assemble.flows(store, replace(ALL, min_count=50))
    assert large["record_count"].min() >= 50
    assert len(large) == (every["record_count"] >= 50).sum()


def test_one_filter_answers_map_table_and_chart(store: Store) -> None:
    chosen = replace(ALL, since=date(2018, 1, 1), min_count=5)
    view, yearly = assemble.explore(store, chosen), assemble.yearly(store, chosen)
    by_layer = view.flows.groupby("layer")["record_count"].sum()
    for layer in ("firearms", "drugs", "human_trafficking"):
        assert yearly.loc[yearly["layer"] == layer, "record_count"].sum() == by_layer[layer]
        assert view.totals.set_index("layer")["flow_record_count"][layer] == by_layer[layer]
    assert yearly["year"].min() >= 2018


def test_the_largest_flows_and_every_named_corridor_are_drawn(store: Store) -> None:
    view = assemble.explore(store, ALL)
    largest = view.flows.groupby("layer").cumcount() < 10
    named = view.corridors.loc[view.corridors["relation"].isin(["common", "inverse"]), "corridor_id"].unique()[:10]
    on_named = view.flows["corridor_id"].isin(named)
    assert view.flows["is_shown"].tolist() == (largest | on_named).tolist()
    assert (on_named & ~largest).any()
    assert set(named) <= set(view.corridors.loc[view.corridors["is_shown"], "corridor_id"])


def test_incidents_on_the_map_are_all_the_incidents(store: Store) -> None:
    view = assemble.explore(store, ALL)
    assert view.incidents["incident_count"].sum() == len(table(store, "incidents"))
    assert set(view.incidents["precision"]) <= {"cell", "country"}


def test_totals_count_every_layer_even_when_it_is_switched_off(store: Store) -> None:
    view = assemble.explore(store, replace(ALL, layers=("firearms",)))
    counted = view.totals.set_index("layer")["record_count"]
    observations = table(store, "observations")
    assert counted["drugs"] == (observations["layer"] == "drugs").sum()
    assert counted["terrorism"] == len(table(store, "incidents"))
    assert set(view.flows["layer"]) == {"firearms"}


@pytest.mark.parametrize("chosen", [ALL, replace(ALL, since=date(2019, 1, 1), mode=("sea", "land_road"))])
def test_evidence_sums_to_the_line_in_each_direction(store: Store, chosen: Filters) -> None:
    view = assemble.explore(store, chosen)
    for corridor_id in view.flows.loc[view.flows["is_shown"], "corridor_id"].unique()[:12]:
        evidence = assemble.evidence(store, chosen, corridor_id)
        lines = view.flows[view.flows["corridor_id"] == corridor_id]
        told = evidence.summary.set_index(["layer", "direction"])["record_count"]
        for line in lines.itertuples():
            direction = "with" if line.origin == evidence.origin else "against"
            assert told[line.layer, direction] == line.record_count
        assert told.sum() == lines["record_count"].sum()


def test_every_record_of_the_evidence_names_source_file_and_row(store: Store) -> None:
    evidence = assemble.evidence(store, ALL, "city:MEX:guadalajara~city:USA:houston")
    assert (
        evidence.records[["source_id", "source_file", "source_row", "origin_raw", "destination_raw"]]
        .notna()
        .all(axis=None)
    )
    observations = table(store, "observations").set_index(["source_id", "source_row"])
    first = evidence.records.iloc[0]
    assert str(observations.loc[(first["source_id"], first["source_row"]), "date_start"]) == str(
        first["date_start"].date()
    )


def test_however_many_records_one_layer_has_each_layer_and_direction_is_listed_firearms_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assemble, "EVIDENCE_ROWS", 2)
    evidence = assemble.evidence(store, ALL, "city:MEX:guadalajara~city:USA:houston")
    ways = evidence.records.groupby(["layer", "direction"])
    counts = ways.size()
    monkeypatch.setattr(assemble, "EVIDENCE_ROWS", 10**6)
    every = assemble.evidence(store, ALL, evidence.corridor_id).records.groupby(["layer", "direction"])["date_end"]
    assert every.max().equals(ways["date_end"].max())
    assert sorted(counts.index) == sorted(evidence.summary[["layer", "direction"]].itertuples(index=False, name=None))
    assert counts.max() == 2 < evidence.entries["entry_count"].min()
    assert evidence.records["layer"].iloc[0] == evidence.entries["layer"].iloc[0] == "firearms"
    assert evidence.entries["entry_count"].sum() == evidence.record_total
    whole = words.listed(evidence.records, evidence.entries)
    total = evidence.entries.set_index("layer")["entry_count"]["firearms"]
    listed = (evidence.records["layer"] == "firearms").sum()
    assert f"Firearms {listed} of {total} entries" in whole


@pytest.mark.parametrize("corridor_id", ["nowhere~else", "USA", "", "a~b~c"])
def test_a_corridor_that_is_not_there_is_one_sentence(store: Store, corridor_id: str) -> None:
    with pytest.raises(FilterError, match="is not in this release"):
        assemble.evidence(store, ALL, corridor_id)


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        (Filters(region=("Atlantis",)), "Atlantis"),
        (Filters(commodity=("plutonium",)), "Commodity 'plutonium' is not in this release; it holds"),
    ],
)
def test_a_choice_the_release_cannot_answer_is_refused(store: Store, chosen: Filters, says: str) -> None:
    with pytest.raises(FilterError, match=says):
        assemble.explore(store, chosen)


def test_comparison_is_the_same_the_other_way_round(store: Store) -> None:
    one, rows, *_ = assemble.comparison(store, ALL, ("firearms", "drugs"), UNTESTED)
    two, turned, *_ = assemble.comparison(store, ALL, ("drugs", "firearms"), UNTESTED)
    assert one.omega == pytest.approx(two.omega, abs=1e-12)
    assert (
        rows.set_index("id")["label"].sort_index().to_dict() == turned.set_index("id")["label"].sort_index().to_dict()
    )


def test_parts_of_one_layer_can_be_compared(store: Store) -> None:
    result, rows, *_ = assemble.comparison(store, ALL, ("drugs:cocaine", "drugs:cannabis"), UNTESTED)
    legs = table(store, "legs")
    own = legs[(legs["layer"] == "drugs") & (legs["commodity"] == "cocaine") & (legs["status"] != "licit")]
    pair = rows.iloc[0]
    with_it = (own["origin_id"] == pair["origin_id"]) & (own["destination_id"] == pair["destination_id"])
    assert own.loc[with_it, "record_count"].sum() == pair["a_with"]
    assert -1 <= result.omega <= 1


def test_an_unknown_layer_is_refused(store: Store) -> None:
    with pytest.raises(FilterError, match="it holds drugs, firearms, human_trafficking, terrorism"):
        assemble.comparison(store, ALL, ("firearms", "ivory"), UNTESTED)


def test_a_modus_operandi_limits_flows_and_totals_and_unknown_is_one_of_them(store: Store) -> None:
    every = [assemble.explore(store, Filters(layers=("firearms",), modus=(modus,))) for modus in MODI]
    whole = assemble.explore(store, Filters(layers=("firearms",)))
    for column in ("record_count", "flow_record_count"):
        parts = [view.totals.set_index("layer")[column]["firearms"] for view in every]
        assert sum(parts) == whole.totals.set_index("layer")[column]["firearms"]
        assert sum(part > 0 for part in parts) >= 3


def test_a_comparison_does_not_ask_which_other_layers_are_chosen(store: Store) -> None:
    whole = assemble.laid_out(store, ALL)[1]
    apart = assemble.of_pair(store, assemble.pair(replace(ALL, top=3), "drugs"))
    together = relations.pairs(whole)["drugs"]
    one, other = (relations.compared(store.ground, both, ALL.kappa).corridors for both in (apart, together))
    pd.testing.assert_frame_equal(one, other)
    assert len(one)
