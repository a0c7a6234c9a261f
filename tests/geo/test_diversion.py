"""Where a chain leaves lawful hands, at what stage, its time to crime: counted by hand, and mirrors."""

from datetime import date

import pandas as pd
import pytest

from tests.geo.chains import DAY, SEIZED, SOLD, summary


def test_diversion_lies_between_the_last_lawful_and_the_first_unlawful_event() -> None:
    found = summary(("made", True, DAY), SOLD, ("reported_stolen", False, date(2018, 6, 1), None, "AAA-3"), SEIZED)
    assert found["status"] == "identified"
    assert (found["lawful_event"], found["unlawful_event"]) == ("sold", "reported_stolen")
    assert (found["lawful_seq"], found["unlawful_seq"]) == (1, 2)
    assert found["lawful_until_on"] == pd.Timestamp(2018, 1, 31)
    assert found["unlawful_from_on"] == pd.Timestamp(2018, 6, 1)
    # February to May: 28 + 31 + 30 + 31, and a day; January's 31 more from its first day
    assert (found["diversion_days_min"], found["diversion_days_max"]) == (121, 151)
    assert (found["lawful_place_id"], found["unlawful_place_id"]) == ("AAA-1", "AAA-3")
    assert (found["is_cross_border"], found["is_reported"]) == (False, True)


def test_exchanging_the_places_exchanges_the_ends_and_nothing_else() -> None:
    there = summary(SOLD, SEIZED)
    back = summary((*SOLD[:4], SEIZED[4]), (*SEIZED[:4], SOLD[4]))
    for end, other in (("lawful", "unlawful"), ("unlawful", "lawful")):
        assert there[f"{end}_place_id"] == back[f"{other}_place_id"]
        assert there[f"{end}_country_id"] == back[f"{other}_country_id"]
        assert there[f"{end}_event"] == back[f"{end}_event"]
    assert there["is_cross_border"] and back["is_cross_border"]


def test_exchanging_lawful_and_unlawful_leaves_no_diversion() -> None:
    assert summary(SOLD, SEIZED)["status"] == "identified"
    turned = summary((SOLD[0], False, *SOLD[2:]), (SEIZED[0], True, *SEIZED[2:]))
    assert turned["status"] == "no lawful holder known"  # it was out of lawful hands before it came into them
    assert turned["unlawful_event"] == "sold"


@pytest.mark.parametrize(
    ("states", "status", "lawful", "unlawful", "times"),
    [
        ((True, False), "identified", 0, 1, 1),
        ((True, None, False), "identified", 0, 2, 1),
        ((True, False, True, False), "identified", 0, 1, 2),
        ((False, True, False), "identified", 1, 2, 1),
        ((True, True), "no unlawful holder known", 1, None, 0),
        ((True, None), "no unlawful holder known", 0, None, 0),
        ((None, False), "no lawful holder known", None, 1, 0),
        ((False,), "no lawful holder known", None, 0, 0),
        ((None, None), "unknown", None, None, 0),
    ],
)
def test_each_pattern_of_lawfulness_has_its_status(
    states: tuple[bool | None, ...], status: str, lawful: int | None, unlawful: int | None, times: int
) -> None:
    found = summary(*(("sold", state, date(2015 + year, 1, 1)) for year, state in enumerate(states)))
    assert found["status"] == status
    for end, seq in (("lawful", lawful), ("unlawful", unlawful)):
        assert pd.isna(found[f"{end}_seq"]) if seq is None else found[f"{end}_seq"] == seq
    assert found["diversion_count"] == times


def test_a_border_is_unknown_where_a_country_is() -> None:
    assert pd.isna(summary((*SOLD[:4], None), SEIZED)["is_cross_border"])


def test_dates_that_move_the_diversion_make_it_contradictory_never_repaired() -> None:
    stolen_before_sold = ("reported_stolen", False, date(2017, 1, 1))
    found = summary(("made", True, DAY), SOLD, stolen_before_sold, SEIZED)
    assert found["status"] == "contradictory"
    assert found["stage"] == "unknown"
    assert pd.isna(found["lawful_seq"]) and pd.isna(found["unlawful_seq"]) and pd.isna(found["diversion_count"])


def test_dates_that_run_backwards_among_lawful_holders_leave_the_diversion() -> None:
    found = summary(("made", True, date(2016, 1, 1)), ("imported", True, DAY), SOLD, SEIZED)
    assert found["contradiction_count"] == 1
    assert (found["status"], found["lawful_seq"], found["unlawful_seq"]) == ("identified", 2, 3)


@pytest.mark.parametrize(
    ("lawful", "unlawful", "is_same_holder", "stage"),
    [
        ("made", "reported_stolen", True, "manufacture"),
        ("exported", "reported_lost", True, "transit"),
        ("imported", "reported_stolen", True, "storage"),
        ("made", "reported_stolen", False, "unknown"),
        ("imported", "reported_stolen", False, "unknown"),
        ("made", "exported", False, "transfer"),
        ("exported", "imported", False, "transfer"),
        ("imported", "sold", False, "transfer"),
        ("sold", "seized", False, "use"),
        ("sold", "reported_lost", False, "use"),
        ("sold", "exported", False, "use"),
        ("made", "seized", False, "unknown"),
        ("imported", "seized", True, "unknown"),
        ("seized", "sold", True, "unknown"),
    ],
)
def test_stage_follows_from_the_two_ends_and_is_never_guessed(
    lawful: str, unlawful: str, is_same_holder: bool, stage: str
) -> None:
    first = (lawful, True, DAY, None, "AAA-1", "Works A ")
    second = (unlawful, False, date(2016, 1, 1), None, "AAA-1", "works a" if is_same_holder else "owner")
    assert summary(first, second)["stage"] == stage
    assert summary(first)["stage"] == "unknown"


def test_hands_nobody_knows_between_the_ends_leave_the_stage_unknown_unless_it_was_sold() -> None:
    unsure = ("sold", None, date(2016, 1, 1))
    stolen = ("reported_stolen", False, date(2017, 1, 1))
    assert summary(("imported", True, DAY), unsure, stolen)["stage"] == "unknown"
    assert summary(("imported", True, DAY), stolen)["stage"] == "storage"
    assert summary(("sold", True, DAY), ("exported", None, date(2016, 1, 1)), stolen)["stage"] == "use"


def test_a_lawful_owner_who_reports_a_theft_was_in_use_only_after_a_sale() -> None:
    report = ("reported_stolen", True, date(2018, 6, 1))
    assert summary(SOLD, report, SEIZED)["stage"] == "use"
    assert summary(("made", True, DAY), report, SEIZED)["stage"] == "unknown"
    assert summary(SOLD, report, SEIZED)["is_reported"]


@pytest.mark.parametrize(
    ("days", "named"),
    [
        (0, "under 1 year"),
        (364, "under 1 year"),
        (365, "1 to 3 years"),
        (1094, "1 to 3 years"),
        (1095, "3 years and over"),
        (9000, "3 years and over"),
    ],
)
def test_time_to_crime_classes_own_their_left_edge(days: int, named: str) -> None:
    sold = pd.Timestamp(2000, 1, 1)
    found = summary(("sold", True, sold), ("seized", False, sold + pd.Timedelta(days=days)))
    assert found["time_to_crime_days"] == days
    assert found["time_to_crime_class"] == named
    assert found["time_to_crime_start"] == "sold"


def test_time_to_crime_runs_from_the_first_sale_to_the_last_seizure() -> None:
    first, second = ("sold", True, date(2015, 1, 1)), ("sold", True, date(2015, 1, 11))
    found = summary(first, second, ("seized", False, date(2015, 1, 21)), ("seized", False, date(2015, 1, 31)))
    assert found["time_to_crime_days"] == 30


def test_uncertain_dates_give_a_range_and_a_class_only_where_it_lies_in_one() -> None:
    within = summary(SOLD, SEIZED)  # 335 to 374 days
    assert (within["time_to_crime_days_min"], within["time_to_crime_days_max"]) == (335, 374)
    assert within["time_to_crime_days"] == 354  # the middle, 354.5, whole days
    assert pd.isna(within["time_to_crime_class"])
    assert summary(SOLD, (*SEIZED[:3], date(2018, 12, 31), "BBB-2"))["contradiction_count"] == 1
    certain = summary(SOLD, ("seized", False, date(2018, 12, 1), date(2018, 12, 31)))  # 304 to 364 days
    assert certain["time_to_crime_class"] == "under 1 year"


def test_without_a_dated_first_sale_it_starts_elsewhere_says_so_and_has_no_class() -> None:
    found = summary(("made", True, DAY), ("imported", True, date(2018, 12, 1)), ("sold", True), SEIZED)
    assert found["time_to_crime_start"] == "imported"
    assert found["time_to_crime_days_min"] == 31
    assert pd.isna(found["time_to_crime_class"])


def test_a_seizure_before_the_sale_has_no_time_to_crime() -> None:
    found = summary(("made", True, DAY), ("sold", True, date(2019, 6, 1)), SEIZED)
    assert pd.isna(found["time_to_crime_days"]) and pd.isna(found["time_to_crime_start"])
    assert found["contradiction_count"] == 1
