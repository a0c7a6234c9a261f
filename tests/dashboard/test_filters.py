"""The reader's choice: to a link and back, and what a link may get wrong."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.filters import CONFIDENCES, LAYERS, MODI, Filters
from data.contracts import MODES
from data.errors import FilterError

words = st.lists(st.text("abcdefgh: -", min_size=1).map(str.strip).filter(bool), max_size=3, unique=True).map(tuple)


@given(
    st.builds(
        Filters,
        since=st.none() | st.dates(date(1990, 1, 1), date(2005, 1, 1)),
        until=st.none() | st.dates(date(2006, 1, 1), date(2026, 1, 1)),
        layers=st.lists(st.sampled_from(LAYERS), min_size=1, unique=True).map(tuple),
        region=words,
        commodity=words,
        mode=st.lists(st.sampled_from(MODES), unique=True).map(tuple),
        modus=st.lists(st.sampled_from(MODI), unique=True).map(tuple),
        min_count=st.integers(1, 1000),
        confidence=st.sampled_from(CONFIDENCES),
        kappa=st.floats(0, 1),
        top=st.integers(1, 2000),
    )
)
def test_a_link_restores_the_choice(chosen: Filters) -> None:
    assert Filters.from_url(chosen.to_url()) == (chosen, [])


def test_the_default_choice_needs_no_link() -> None:
    assert Filters().to_url() == {}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("since", "yesterday", "expected a date"),
        ("min_count", "many", "expected a whole number"),
        ("min_count", "0", "below 1"),
        ("confidence", "certain", "is unknown; choose from any, medium, high"),
        ("mode", "carrier pigeon", "Mode 'carrier pigeon' is unknown"),
        ("modus", "magic", "Modus operandi 'magic' is unknown"),
        ("kappa", "2", "outside 0..1"),
        ("top", "1000000", "outside 1..2000"),
    ],
)
def test_a_bad_part_of_a_link_is_ignored_with_a_notice(name: str, value: str, says: str) -> None:
    chosen, notices = Filters.from_url({name: value, "region": "Europe"})
    assert chosen == Filters(region=("Europe",))
    assert len(notices) == 1
    assert name in notices[0]
    assert says in notices[0]


def test_unknown_names_in_a_link_are_no_filters() -> None:
    assert Filters.from_url({"utm_source": "x"}) == (Filters(), [])


def test_an_empty_period_is_refused() -> None:
    with pytest.raises(FilterError, match="is empty"):
        Filters(since=date(2020, 1, 1), until=date(2020, 1, 1))
