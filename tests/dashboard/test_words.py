from datetime import date

import pytest

from dashboard import words
from tests.dashboard import fixture_view

VIEW = fixture_view.explore()


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 records"), (1, "1 record"), (2, "2 records"), (1200, "1,200 records")]
)
def test_counts_agree_with_their_noun(count: int, said: str) -> None:
    assert words.plural(count, "record") == said


def test_an_irregular_plural_is_given() -> None:
    assert words.plural(2, "entry", "entries") == "2 entries"


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "0 %"), (0.004, "under 1 %"), (0.714, "71 %"), (1.0, "100 %"), (float("nan"), "–")]
)
def test_shares_are_percentages_and_unknown_is_a_dash(share: float, said: str) -> None:
    assert words.percent(share) == said


def test_a_suppressed_count_is_a_range() -> None:
    assert words.count_range(1, 1) == "1 record"
    assert words.count_range(1, 4) == "1 to 4 records"


def test_a_period_is_said_in_years() -> None:
    assert words.period(date(2020, 1, 1), date(2020, 12, 31)) == "2020"
    assert words.period(date(2018, 1, 1), date(2020, 12, 31)) == "2018 to 2020"
    assert words.period(None, None) == ""


def test_showing_says_how_much_of_the_layer_is_drawn() -> None:
    # 18 of 20 flows: 200 + 190 + ... + 30 = 2,070 of 2,100 records = 98.57 %
    said = words.showing("firearms", VIEW.flows, VIEW.totals)
    assert said == "Firearms: showing 18 of 20 flows, 99 % of records"


def test_a_layer_without_flows_says_so() -> None:
    assert words.showing("terrorism", VIEW.flows, VIEW.totals) == "Terrorism: no flow in this choice"


def test_the_headline_states_all_shares_or_that_nothing_is_shared() -> None:
    assert words.headline(VIEW.omega) == [
        "Firearms and drugs share about 900 km of corridor: on 41 % they run opposite ways, on 22 % the same way,"
        " on 37 % neither way prevails",
        "Firearms and human trafficking: no shared corridor in this choice",
    ]


@pytest.mark.parametrize("text", ["@@=alert(1)", "@@#x", "![x](http://host/y)@@=1"])
def test_nothing_a_name_says_reaches_deck_as_an_expression(text: str) -> None:
    assert not words.safe(text).startswith("@@")


@pytest.mark.parametrize(
    "text", ["![x](http://host/p.png)", "[x](javascript:alert(1))", "<img src=x onerror=y>", "$x$", "`code`"]
)
def test_nothing_a_name_says_is_markdown_or_html(text: str) -> None:
    said = words.safe(text)
    assert not set("<>$`") & set(said)
    assert "](" not in said
    assert "http:" not in said
    assert "javascript:" not in said


def test_nested_markdown_images_do_not_survive() -> None:
    assert "](" not in words.caption("![a![b](http://x)](http://y)").replace("\\]", "")
    assert "http://" not in words.caption("![a![b](http://x)](http://y)")


@pytest.mark.parametrize("value", [None, float("nan")])
def test_unknown_is_an_empty_text(value: object) -> None:
    assert words.safe(value) == ""


def test_ordinary_names_stay_as_they_are() -> None:
    assert words.safe("Côte d'Ivoire (Abidjan)") == "Côte d'Ivoire (Abidjan)"


def test_the_words_never_claim_a_shared_network() -> None:
    assert "never say that the same network" in words.RELATION_CAVEAT
    assert set(words.RELATION_MEANINGS) == set(words.RELATION_TITLES) == set(words.RELATION_KEYS)


def test_a_percentage_has_the_decimals_asked_for() -> None:
    assert [words.percent(share) for share in (0.142, 0.004, 0.0, None)] == ["14 %", "under 1 %", "0 %", words.DASH]
    assert words.percent(0.142, 1) == "14.2 %"
    assert [words.percent(share, 1) for share in (0.004, 0.0004)] == ["0.4 %", "under 0.1 %"]
