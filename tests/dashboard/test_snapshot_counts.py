"""Small counts leave as nothing, and nothing that leaves tells them."""

import pandas as pd
from h3.api import basic_int as h3

from dashboard import snapshot_counts
from dashboard.snapshot_counts import PUBLISHED, STATUS, WITHHELD
from data.cells import RESOLUTION
from data.disclosure import K_OTHERS, K_VICTIMS

DAYS = {"first_on": pd.Timestamp("2020-01-01"), "last_on": pd.Timestamp("2020-12-31")}
SPAN = {**DAYS, "sources": "a", "flow_confidence": "medium"}


def flow(layer: str, origin: str, destination: str, count: int, items: int | None = None) -> dict[str, object]:
    """Return one flow."""
    ends = {"origin_id": origin, "destination_id": destination, "corridor_id": "~".join(sorted((origin, destination)))}
    counts = {"record_count": count, "record_count_high": count, "item_count": items, "weight": float(count)}
    return {"layer": layer, **ends, **counts, "intended_share": 0.5, **SPAN}


def flows(*rows: dict[str, object]) -> pd.DataFrame:
    """Return flows with small counts withheld."""
    return snapshot_counts.flows(pd.DataFrame(rows).astype({"item_count": "Int64"}), K_VICTIMS)


def test_counts_below_the_limit_of_their_layer_are_withheld() -> None:
    told = flows(
        flow("firearms", "A", "B", K_OTHERS - 1),
        flow("firearms", "A", "C", K_OTHERS),
        flow("human_trafficking", "A", "B", K_VICTIMS - 1),
        flow("human_trafficking", "A", "C", K_VICTIMS),
    )
    assert told[STATUS].tolist() == [WITHHELD, PUBLISHED, WITHHELD, PUBLISHED]
    assert told["record_count"].isna().tolist() == [True, False, True, False]


def test_everything_a_count_could_be_read_off_goes_with_it() -> None:
    told = flows(flow("firearms", "A", "B", 1), flow("firearms", "A", "C", 50))
    assert told[list(snapshot_counts.TOLD_BY_FLOWS)].drop(columns="item_count").isna().all(axis=1).tolist() == [
        True,
        False,
    ]


def test_few_victims_in_many_records_are_withheld_and_few_weapons_are_not() -> None:
    told = flows(flow("human_trafficking", "A", "B", 50, items=2), flow("firearms", "A", "B", 50, items=2))
    assert told[STATUS].tolist() == [WITHHELD, PUBLISHED]


def corridor(**counts: float) -> pd.DataFrame:
    """Return one corridor A~B of firearms and drugs."""
    ends = {"corridor_id": "A~B", "origin_id": "A", "destination_id": "B", "layer": "drugs"}
    usual = {"firearms_with": 50, "firearms_against": 40, "other_with": 30, "other_against": 20}
    sums = {"firearms_n": 90.0, "other_n": 50.0, "firearms_coverage": 999, "other_coverage": 999}
    return pd.DataFrame([{**ends, **usual, **sums, "statistic": 9.0, "expected": 4.0, "p_common": 0.97, **counts}])


NONE = pd.DataFrame({"layer": [], "cell_count": []})
PAIR = (flow("firearms", "A", "B", 50), flow("firearms", "B", "A", 40), flow("drugs", "A", "B", 30))


def test_a_corridor_with_large_counts_is_whole() -> None:
    row = snapshot_counts.corridors(corridor(), flows(*PAIR), K_VICTIMS, NONE).iloc[0]
    assert row[STATUS] == PUBLISHED
    assert row["firearms_coverage"] == 90


def test_a_small_count_takes_the_sum_it_could_be_subtracted_from() -> None:
    row = snapshot_counts.corridors(corridor(firearms_against=2), flows(*PAIR), K_VICTIMS, NONE).iloc[0]
    assert row[STATUS] == WITHHELD
    assert row[["firearms_against", "firearms_n", "statistic", "expected"]].isna().all()
    assert row[["firearms_with", "other_with", "other_n", "p_common"]].notna().all()


def test_a_way_with_withheld_cells_only_is_not_told_as_none() -> None:
    cells = pd.DataFrame([("drugs", "B", "A", 1)], columns=["layer", "origin_id", "destination_id", "cell_count"])
    row = snapshot_counts.corridors(corridor(other_against=0), flows(*PAIR), K_VICTIMS, cells).iloc[0]
    assert row[STATUS] == WITHHELD
    assert pd.isna(row["other_against"])
    assert row[["other_with", "other_n", "firearms_against", "statistic"]].notna().all()
    seen = snapshot_counts.corridors(corridor(), flows(*PAIR), K_VICTIMS, cells).iloc[0]
    assert seen["other_against"] == 20


def test_coverage_less_the_published_flows_is_nothing() -> None:
    hidden = flow("firearms", "A", "Z", 2)
    told = flows(*PAIR, hidden, flow("firearms", "B", "Z", 7), flow("firearms", "Y", "Z", 100))
    row = snapshot_counts.corridors(corridor(), told, K_VICTIMS, NONE).iloc[0]
    assert row["firearms_coverage"] == 50 + 40 + 7
    assert row["other_coverage"] == 30


def test_few_incidents_are_withheld_with_those_killed() -> None:
    cell = h3.latlng_to_cell(48.2, 16.4, RESOLUTION)
    found = pd.DataFrame({"layer": "terrorism", "incident_count": [2, 3, 1], "killed_count": [9, 9, 9]})
    found = found.assign(cell=pd.array([cell, cell, None], dtype="Int64"), lon=16.3738, lat=48.2082)
    told = snapshot_counts.incidents(found, K_VICTIMS)
    middle = h3.cell_to_latlng(cell)[::-1]
    stated = (16.3738, 48.2082)  # of a country: its representative point tells nobody's place
    assert list(zip(told["lon"], told["lat"], strict=True)) == [middle, stated, stated]
    assert told["incident_count"].isna().tolist() == [True, False, True]
    assert told["killed_count"].isna().tolist() == [True, False, True]
