"""A frame keeps its contract, or the message says where it does not."""

from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import contracts
from data.errors import ContractError

GOOD: dict[str, Any] = {
    "obs_id": "made-up:1",
    "seq": 0,
    "role": "seizure",
    "place_id": "DEU",
    "place_raw": "Germany",
    "lon": 10.5,
    "lat": 51.25,
    "precision": "country",
}


def points(*changes: dict[str, Any]) -> pd.DataFrame:
    """Return made-up waypoints, one per change, with running numbers."""
    return pd.DataFrame([{**GOOD, "seq": at, **change} for at, change in enumerate(changes)])


def broken(frame: pd.DataFrame | pa.Table) -> str:
    """Return the sentence about a frame that breaks the contract of waypoints."""
    with pytest.raises(ContractError) as wrong:
        contracts.check(frame, contracts.WAYPOINTS)
    assert "\n" not in str(wrong.value)
    return str(wrong.value)


def test_columns_come_back_in_contract_order_and_others_are_dropped() -> None:
    frame = points({}, {}).assign(extra=1)[["extra", *reversed(list(GOOD))]]
    table = contracts.check(frame, contracts.WAYPOINTS)
    assert table.schema.equals(contracts.WAYPOINTS.schema)
    assert table.num_rows == 2


def test_a_missing_column_is_named() -> None:
    assert broken(points({}).drop(columns="role")).startswith(
        "Table waypoints: column role is missing; expected obs_id,"
    )


@pytest.mark.parametrize("name", ["obs_id", "seq", "role"])
def test_a_null_where_none_may_be_is_named(name: str) -> None:
    frame = points({}, {name: None})
    words = broken(frame)
    assert words.startswith("Table waypoints: ")
    assert name in words
    nullable = contracts.WAYPOINTS.schema.empty_table().schema
    arrow = pa.Table.from_pandas(frame, pa.schema([f.with_nullable(True) for f in nullable]), preserve_index=False)
    assert name in broken(arrow)


def test_nulls_are_fine_where_they_may_be() -> None:
    frame = points(dict.fromkeys(("place_id", "place_raw", "lon", "lat", "precision")))
    row = contracts.check(frame, contracts.WAYPOINTS).to_pylist()[0]
    assert row == {**GOOD, "place_id": None, "place_raw": None, "lon": None, "lat": None, "precision": None}


@pytest.mark.parametrize(("name", "value"), [("role", "smuggling"), ("precision", "roughly"), ("role", "")])
def test_a_value_that_is_not_allowed_is_named_with_those_that_are(name: str, value: str) -> None:
    words = broken(points({}, {name: value}))
    assert words.startswith(f"Table waypoints: column {name} holds {value!r}; allowed: ")
    assert "seizure" in words or "exact" in words


@pytest.mark.parametrize(("name", "value"), [("lon", 181.0), ("lon", -180.5), ("lat", 91.0), ("lat", -90.5)])
def test_a_place_off_the_globe_is_named(name: str, value: float) -> None:
    limit = 180 if name == "lon" else 90
    assert broken(points({}, {name: value})) == f"Table waypoints: {name} {value} is outside -{limit}..{limit}."


def test_a_repeated_key_is_named() -> None:
    assert broken(points({}, {}, {"seq": 0})).startswith("Table waypoints: 1 rows repeat the key obs_id, seq")


def test_a_value_of_another_type_is_named() -> None:
    words = broken(points({}, {"seq": "first"}))
    assert words.startswith("Table waypoints: ")
    assert "first" in words


def test_every_table_has_an_empty_form_that_keeps_its_contract() -> None:
    for table in contracts.TABLES.values():
        assert contracts.check(contracts.empty(table), table).num_rows == 0


def test_keys_name_columns_and_allowed_values_are_text() -> None:
    for table in contracts.TABLES.values():
        assert set(table.key) <= set(table.schema.names), table.name
        assert all(column.type == contracts.TEXT for column in table.columns if column.allowed), table.name


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return the values, or None."""
    return st.none() | values


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "obs_id": st.text(min_size=1),
            "seq": st.integers(0, 2**62),
            "role": st.sampled_from(contracts.ROLES),
            "place_id": some(st.text()),
            "place_raw": some(st.text()),
            "lon": some(st.floats(-180, 180)),
            "lat": some(st.floats(-90, 90)),
            "precision": some(st.sampled_from(contracts.PRECISIONS)),
        }
    ),
    min_size=1,
    unique_by=lambda row: (row["obs_id"], row["seq"]),
)


@given(ROWS)
def test_what_passes_keeps_its_values(rows: list[dict[str, Any]]) -> None:
    assert contracts.check(pd.DataFrame(rows), contracts.WAYPOINTS).to_pylist() == rows
    arrow = pa.Table.from_pylist(rows, contracts.WAYPOINTS.schema)
    assert contracts.check(arrow, contracts.WAYPOINTS).to_pylist() == rows


@given(ROWS, st.randoms())
def test_a_repeat_anywhere_is_found(rows: list[dict[str, Any]], chance: Any) -> None:  # noqa: ANN401
    repeated = [*rows, chance.choice(rows)]
    chance.shuffle(repeated)
    assert "repeat the key" in broken(pd.DataFrame(repeated))
