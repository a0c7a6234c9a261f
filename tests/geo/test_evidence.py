"""Grades and times to crime become factors; weights stay readable as records."""

import numpy as np
import pandas as pd
import pytest

from data import contracts
from data.errors import ContractError
from geo.evidence import CREDIBILITY, REFERENCE, RELIABILITY, TRACE_FACTOR, UNGRADED, grades, trace_factors


def factor(pair: str, table: pd.DataFrame | None = None) -> float:
    """Return the factor of a grade such as B2."""
    found = (grades() if table is None else table).set_index(["reliability", "credibility"])["factor"]
    return float(found[pair[0], pair[1]])


def test_every_pair_of_grades_the_contract_allows_has_one_factor() -> None:
    table = grades()
    pairs = list(table[["reliability", "credibility"]].itertuples(index=False, name=None))
    assert pairs == [(r, c) for r in contracts.RELIABILITIES for c in contracts.CREDIBILITIES]
    assert table["factor"].between(0, 1).all()


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        ("B2", 1.0),
        ("A1", 1.0),  # never more than one record
        ("C3", (0.70 * 0.60 / (0.85 * 0.80)) ** 0.5),
        ("F6", 0.5 / (0.85 * 0.80) ** 0.5),
        ("E5", (0.20 * 0.10 / 0.68) ** 0.5),
    ],
)
def test_a_grade_counts_relative_to_records_as_states_report_them(pair: str, expected: float) -> None:
    assert factor(pair) == pytest.approx(expected, rel=1e-12)


def test_a_worse_grade_on_either_scale_never_counts_more() -> None:
    table = grades().pivot(index="reliability", columns="credibility", values="factor")
    assert (np.diff(table.loc[list("ABCDE"), list("12345")].to_numpy(), axis=0) <= 0).all()
    assert (np.diff(table.loc[list("ABCDE"), list("12345")].to_numpy(), axis=1) <= 0).all()


def test_the_table_can_be_edited() -> None:
    edited = grades(RELIABILITY | {"C": 0.85})
    assert factor("C2", edited) == 1.0
    assert factor("C2") < 1.0
    with_own_scale = grades({"B": 0.5, "F": 0.5, "Z": 0.125}, {"2": 0.5, "6": 0.5})
    assert factor("Z2", with_own_scale) == pytest.approx(0.5)  # sqrt(0.125 x 0.5) / sqrt(0.5 x 0.5)


@pytest.mark.parametrize("needed", [UNGRADED[0], REFERENCE[0]])
def test_a_scale_without_a_required_grade_is_named(needed: str) -> None:
    lacking = {letter: value for letter, value in RELIABILITY.items() if letter != needed}
    with pytest.raises(ContractError, match=f"reliability has no value for {needed}"):
        grades(lacking)


@pytest.mark.parametrize(("letter", "value"), [("4", 1.2), ("1", -0.1), ("3", float("nan")), ("2", 0.0)])
def test_a_value_that_is_no_probability_is_named(letter: str, value: float) -> None:
    with pytest.raises(ContractError, match=f"credibility {letter} is "):
        grades(credibility=CREDIBILITY | {letter: value})


def test_a_shorter_time_to_crime_counts_more_and_the_classes_leave_no_gap() -> None:
    table = trace_factors()
    assert table["days_from"].tolist() == [0, 365, 1095]
    assert table["days_until"].tolist() == [365, 1095, np.inf]
    assert table["factor"].tolist() == [1.0, 0.6, 0.3]
    assert table["factor"].min() < TRACE_FACTOR < table["factor"].max()
