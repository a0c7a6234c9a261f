import math

import pandas as pd
import pytest

from data.errors import ContractError
from geo.coverage import COLUMNS, by_layer, chao_jost


def flows(*rows: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["layer", "record_count", "record_count_high"])


def test_coverage_of_ten_records_by_hand() -> None:
    # n = 10, f1 = 2, f2 = 1: 1 - 2/10 x (9 x 2) / (9 x 2 + 2 x 1) = 1 - 0.2 x 0.9
    assert chao_jost([1, 1, 2, 6]) == pytest.approx(0.82)


def test_without_pairs_seen_twice_it_is_good_turing() -> None:
    assert chao_jost([1, 1, 8]) == pytest.approx(1 - 2 / 10)


def test_records_that_all_open_a_new_pair_cover_nothing() -> None:
    assert chao_jost([1] * 8) == 0.0


def test_pairs_seen_often_cover_everything() -> None:
    assert chao_jost([5, 9]) == 1.0


def test_more_pairs_seen_once_lower_the_coverage() -> None:
    assert chao_jost([1, 1, 1, 2, 6]) < chao_jost([1, 1, 2, 6])


def test_four_records_are_not_enough() -> None:
    assert math.isnan(chao_jost([1, 3]))
    assert math.isnan(chao_jost([]))


@pytest.mark.parametrize("bad", [0, -1, float("nan")])
def test_an_unknown_or_impossible_count_is_refused(bad: float) -> None:
    with pytest.raises(ContractError, match="record_count"):
        chao_jost([1, 2, bad])


def test_each_layer_is_reckoned_alone() -> None:
    found = by_layer(flows(*[("drugs", n, n) for n in (1, 1, 2, 6)], ("firearms", 5, 5)))
    assert found[list(COLUMNS[:4])].to_numpy().tolist() == [[4, 10, 2, 1], [1, 5, 0, 0]]
    assert found.loc["drugs", "coverage_low"] == pytest.approx(0.82)
    assert found.loc["firearms", "coverage_high"] == 1.0


def test_a_printed_range_gives_a_range_of_coverage() -> None:
    # low ends 1, 1, 2, 6: 0.82; high ends 4, 4, 2, 6: no pair seen once, so 1
    found = by_layer(flows(("people", 1, 4), ("people", 1, 4), ("people", 2, 2), ("people", 6, 6))).loc["people"]
    assert (found["coverage_low"], found["coverage_high"]) == (pytest.approx(0.82), 1.0)


def test_too_few_records_say_so_and_no_rows_give_no_rows() -> None:
    assert "not enough data" in by_layer(flows(("drugs", 1, 1)))["reason"].item()
    assert by_layer(flows()).empty


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ContractError, match="record_count_high"):
        by_layer(flows(("drugs", 1, 1)).drop(columns="record_count_high"))
