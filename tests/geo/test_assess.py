"""How firm a word stands, and the class it earns."""

import numpy as np
import pandas as pd
import pytest

from geo.assess import DELTAS, KAPPAS, WEIGHTINGS, Setting, evidence_class, firm, firmness, sensitivity, weighted
from geo.compare import compare
from tests.geo.toy import flows, net

WORLD = net("AB", "CD")
SETTINGS = len(WEIGHTINGS) * len(KAPPAS) * len(DELTAS)


def parts(observed: dict[str, float], intended: dict[str, float] | None = None) -> pd.DataFrame:
    """Return flows of which some were observed and some only intended, the same under every weighting."""
    whole = pd.concat([flows(**observed).assign(kind="observed"), flows(**(intended or {})).assign(kind="intended")])
    for kind in ("observed", "intended"):
        for end in WEIGHTINGS.values():
            whole[kind + end] = whole["weight"].where(whole["kind"] == kind, 0.0)
    return whole.drop(columns=["weight", "kind"]).reset_index(drop=True)


def assessed(both: tuple[pd.DataFrame, pd.DataFrame], kappa: float) -> pd.DataFrame:
    """Return the corridors of two layers with what firmness says of them."""
    one, other = (weighted(part, Setting(kappa=kappa)) for part in both)
    found = compare(WORLD, one, other).corridors
    return found.join(firm(WORLD, both, found))


def test_kappa_weighs_destinations_that_were_not_reached() -> None:
    both = parts({"AB": 10}, {"AB": 4})
    assert weighted(both, Setting(kappa=0.5))["weight"].sum() == 10 + 0.5 * 4
    assert weighted(both, Setting(kappa=0.0))["weight"].sum() == 10


def test_a_weighting_reads_its_own_columns() -> None:
    both = parts({"AB": 10}).assign(observed_items=25.0)
    assert weighted(both, Setting("items"))["weight"].sum() == 25.0


def test_a_plain_inverse_is_inverse_under_all_settings() -> None:
    found = assessed((parts({"AB": 60}), parts({"BA": 60})), 0.5).iloc[0]
    assert (found["label"], found["flips"]) == ("INVERSE", "")
    assert 0.9 <= found["P_least"] <= found["P_inverse"]


def test_a_direction_that_rests_on_stated_destinations_turns_without_them() -> None:
    # 20 records seen going the firearms' way, 90 that only meant to go the other way: at kappa 0 they do not count
    found = assessed((parts({"AB": 60}), parts({"AB": 20}, {"BA": 90})), 1.0).iloc[0]
    assert found["label"] == "INVERSE"
    assert found["flips"] == "events at kappa 0, exposure at kappa 0, items at kappa 0"
    assert found["P_least"] < 0.1


def test_sensitivity_has_a_row_for_every_setting_of_every_corridor() -> None:
    both = parts({"AB": 60, "CD": 30}), parts({"BA": 60, "CD": 30})
    corridors = assessed(both, 0.5)
    table = sensitivity(WORLD, both, corridors)
    assert len(table) == SETTINGS * len(corridors) == SETTINGS * 2
    signs = table.assign(sign=np.sign(table["D"])).groupby("row")["sign"].agg(["min", "max"])
    assert sorted(signs.itertuples(index=False, name=None)) == [(-1.0, -1.0), (1.0, 1.0)]


@pytest.mark.parametrize("contrary", [0, 3])
def test_a_larger_share_of_wrong_statements_lays_more_to_it_and_makes_a_word_surer(contrary: int) -> None:
    both = parts({"AB": 20, "BA": contrary}), parts({"BA": 20, "AB": contrary})
    table = sensitivity(WORLD, both, assessed(both, 0.5))
    plain = table[(table["weighting"] == "events") & (table["kappa"] == 0.5)].set_index("delta")
    assert plain["D"].nunique() == 1  # D is what was stated; only its probability depends on delta
    few, some, many = (plain["P_inverse"][delta] for delta in (0.03, 0.08, 0.15))
    assert few < some < many  # the same share of records stands for a larger rho: (share - delta) / (1 - 2 delta)


def test_swapping_the_layers_changes_neither_firmness_nor_probability() -> None:
    a, b = parts({"AB": 60}, {"BA": 10}), parts({"BA": 40, "AB": 12})
    one, other = (assessed(both, 0.5) for both in ((a, b), (b, a)))
    columns = ["label", "flips", "P_least", "D"]
    pd.testing.assert_frame_equal(one[columns], other[columns])


def test_without_a_leaning_corridor_nothing_is_tried() -> None:
    found = assessed((parts({"AB": 60}), parts({"CD": 60})), 0.5)
    assert found["P_least"].isna().all()
    assert found["flips"].isna().all()


def test_no_flows_give_no_corridors() -> None:
    assert len(assessed((parts({}), parts({})), 0.5)) == 0


@pytest.mark.parametrize(
    ("p", "q", "flips", "expected"),
    [
        (0.95, 0.05, "", "A"),
        (0.95, 0.30, "", "B"),
        (0.95, float("nan"), "", "B"),
        (0.95, 0.05, "items at kappa 0", "C"),
        (0.80, 0.05, "", "C"),
        (0.69, 0.01, "", "D"),
        (float("nan"), float("nan"), None, "D"),
    ],
)
def test_classes_follow_probability_surprise_and_firmness(p: float, q: float, flips: str | None, expected: str) -> None:
    row = pd.DataFrame({"P_common": [p], "P_inverse": [0.0], "q_full_margin": [q], "flips": [flips]})
    assert evidence_class(row).tolist() == [expected]


def test_firmness_of_a_corridor_without_a_direction_is_unknown() -> None:
    corridors = pd.DataFrame({"D": [np.nan], "P_common": [np.nan], "P_inverse": [np.nan]})
    empty = sensitivity(
        WORLD, (parts({}), parts({})), corridors.iloc[:0].assign(is_coarse=False, place_a="", place_b="")
    )
    assert firmness(corridors, empty)[["P_least"]].isna().to_numpy().all()
