"""The gazetteer and the alias table: codes, names, traps, and no word with two meanings."""

from collections import defaultdict

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import contracts, places
from data.errors import FilterError
from data.places import BROKEN, Gazetteer, Place, fold, gazetteer, spellings


@pytest.fixture(scope="module")
def known() -> Gazetteer:
    return gazetteer()


def reference(name: str) -> pd.DataFrame:
    return pd.read_csv(places.REFERENCE / f"{name}.csv", dtype="str", keep_default_na=False)


@given(st.text())
def test_folding_twice_is_folding_once(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("  Côte d’Ivoire ", "cote d ivoire"),
        ("The Bahamas", "bahamas"),
        ("The", "the"),
        ("Trinidad & Tobago", "trinidad and tobago"),
        ("St. Lucia", "saint lucia"),
        ("GUINEA-BISSAU", "guinea bissau"),
        ("Łódź", "lodz"),
        ("", ""),
    ],
)
def test_folding_keeps_plain_words(name: str, folded: str) -> None:
    assert fold(name) == folded


def test_a_broken_letter_is_not_a_missing_letter(known: Gazetteer) -> None:
    assert known.country(f"M{BROKEN}xico") == "MEX"
    assert known.country(f"C{BROKEN}te d{BROKEN}Ivoire") == "CIV"
    assert known.country("Mxico") is None


def test_the_list_holds_iso_3166_and_kosovo(known: Gazetteer) -> None:
    countries = known.places[known.places["level"] == "country"]
    assert len(countries) == 249 + 1
    assert set(reference("countries")["numeric"].str.len()) == {3, 0}
    assert countries.loc[countries["region"].isna(), "place_id"].tolist() == ["ATA"]


def test_places_keep_their_contract(known: Gazetteer) -> None:
    table = contracts.check(known.places, contracts.PLACES)
    assert table.num_rows == len(known.places)


def test_no_word_names_two_countries() -> None:
    means: dict[str, set[str]] = defaultdict(set)
    for row in reference("countries").itertuples():
        for folded in spellings(str(row.name)):
            means[folded].add(str(row.iso3))
    for row in reference("aliases").itertuples():
        for folded in spellings(str(row.alias)):
            means[folded].add(str(row.iso3))
    assert {word: ids for word, ids in means.items() if len(ids) > 1} == {}
    assert "" not in means


def test_no_word_both_names_a_country_and_names_none() -> None:
    named = {folded for column in ("alias",) for name in reference("aliases")[column] for folded in spellings(name)}
    named |= {folded for name in reference("countries")["name"] for folded in spellings(name)}
    unnamed = {folded for word in reference("not_places")["word"] for folded in spellings(word)}
    assert named & unnamed == set()


def test_aliases_point_at_countries_and_say_their_kind() -> None:
    aliases = reference("aliases")
    assert set(aliases["iso3"]) <= set(reference("countries")["iso3"])
    assert set(aliases["kind"]) == {"name", "demonym", "historic"}
    assert set(reference("not_places")["meaning"]) == {"self", "unknown", "region"}
    assert not aliases["alias"].duplicated().any()


@pytest.mark.parametrize(
    ("name", "country_id"),
    [
        ("NA", "NAM"),
        ("FRA", "FRA"),
        ("FR", "FRA"),
        ("NOR", "NOR"),
        ("XK", "XKX"),
        ("Kosovo under UNSCR 1244", "XKX"),
        ("Niger", "NER"),
        ("Nigerien", "NER"),
        ("Nigeria", "NGA"),
        ("Nigerians", "NGA"),
        ("Guinea", "GIN"),
        ("Guinea-Bissau", "GNB"),
        ("Equatorial Guinea", "GNQ"),
        ("Papua New Guinea", "PNG"),
        ("Guyana", "GUY"),
        ("French Guiana", "GUF"),
        ("Congo", "COG"),
        ("DR Congo (Zaire)", "COD"),
        ("Congo, the Democratic Republic of the", "COD"),
        ("Dominica", "DMA"),
        ("Dominican", "DOM"),
        ("Dominican Republic", "DOM"),
        ("Georgia", "GEO"),
        ("Korea", "KOR"),
        ("Korea, Democratic People's Republic of", "PRK"),
        ("Austrian", "AUT"),
        ("Australian", "AUS"),
        ("Slovak", "SVK"),
        ("Slovene", "SVN"),
        ("Mauritanian", "MRT"),
        ("Mauritian", "MUS"),
        ("Samoan", "WSM"),
        ("American Samoa", "ASM"),
        ("St. Martin", "MAF"),
        ("Sint Maarten", "SXM"),
        ("Sudan", "SDN"),
        ("South Sudan", "SSD"),
        ("Macedonia, FYR", "MKD"),
        ("Swaziland", "SWZ"),
        ("Türkiye", "TUR"),
        ("United Kingdom (England and Wales)", "GBR"),
        ("Myanmar (Burma)", "MMR"),
        ("Czech Republic", "CZE"),
    ],
)
def test_traps_resolve_by_common_practice(known: Gazetteer, name: str, country_id: str) -> None:
    assert known.country(name) == country_id


@pytest.mark.parametrize(
    "name",
    [
        "Yugoslavia",
        "Former Yugoslavia",
        "Czechoslovakia",
        "USSR",
        "Soviet Union",
        "Serbia and Montenegro",
        "Netherlands Antilles",
        "Congolese",
        "Virgin Islands",
        "Germny",
    ],
)
def test_words_with_several_or_no_meanings_stay_unresolved(known: Gazetteer, name: str) -> None:
    assert known.country(name) is None
    assert not known.is_no_place(name)


def test_codes_count_only_in_capitals(known: Gazetteer) -> None:
    assert (known.country("AND"), known.country("and"), known.country("PER"), known.country("per")) == (
        "AND",
        None,
        "PER",
        None,
    )


def test_every_country_answers_to_its_codes_and_its_name(known: Gazetteer) -> None:
    for row in reference("countries").itertuples():
        assert {known.country(str(word)) for word in (row.iso3, row.iso2, row.name)} == {row.iso3}


@pytest.mark.parametrize(
    "name",
    [None, "", "0", "145", " - ", "Unknown", "Other", "Multiple Countries", "TOTAL", "Stateless", "Asia", "N/A", "na"],
)
def test_words_for_no_country_give_null_and_are_not_unresolved(known: Gazetteer, name: str | None) -> None:
    assert known.country(name) is None
    assert known.is_no_place(name)
    assert not known.means_self(name)


@pytest.mark.parametrize("name", ["Nationals", "own country", "Ciudadanos de su país", f"Ciudadanos de su pa{BROKEN}s"])
def test_words_for_the_reporting_country_are_told_apart(known: Gazetteer, name: str) -> None:
    assert known.country(name) is None
    assert known.is_no_place(name)
    assert known.means_self(name)


def test_a_column_keeps_its_index_and_its_nulls(known: Gazetteer) -> None:
    names = pd.Series(["Peruvians", None, "Unknown", "Namibia"], index=[7, 3, 3, 1], name="origin")
    found = known.countries(names)
    assert found.index.tolist() == [7, 3, 3, 1]
    assert found.name == "origin"
    assert found.isna().tolist() == [False, True, True, False]
    assert found.dropna().tolist() == ["PER", "NAM"]
    assert known.countries(names.iloc[:0]).empty


def test_states_of_the_us_answer_to_name_and_code(known: Gazetteer) -> None:
    names = pd.Series(["VIRGINIA", "US-VA", "VA", "DISTRICT OF COLUMBIA", "Georgia", "CANADA", None])
    found = known.divisions(names, "USA")
    assert found.iloc[:5].tolist() == ["US-VA", "US-VA", "US-VA", "US-DC", "US-GA"]
    assert found.iloc[5:].isna().all()


def test_territories_of_the_us_are_countries_and_divisions(known: Gazetteer) -> None:
    for name, country_id, place_id in [
        ("PUERTO RICO", "PRI", "US-PR"),
        ("GUAM", "GUM", "US-GU"),
        ("US VIRGIN  ISLANDS", "VIR", "US-VI"),
        ("Northern Mariana Islands", "MNP", "US-MP"),
        ("American Samoa", "ASM", "US-AS"),
    ]:
        assert (known.country(name), known.division(name, "USA")) == (country_id, place_id)
        assert known.division(name, "FRA") is None


def test_the_us_has_56_divisions_with_iso_ids(known: Gazetteer) -> None:
    us = known.places[(known.places["country_id"] == "USA") & (known.places["level"] == "admin1")]
    assert len(us) == 50 + 1 + 5
    assert us["place_id"].str.fullmatch("US-[A-Z]{2}").all()
    assert (us["parent_id"] == "USA").all()


def test_a_division_is_known_only_in_its_own_country(known: Gazetteer) -> None:
    assert known.division("Sinaloa", "MEX") == "MX-SIN"
    assert known.division("Sinaloa", "USA") is None
    assert known.division("Ciudad de México", "MEX") == "MX-CMX"
    assert known.division("México", "MEX") == "MX-MEX"


def test_ids_of_divisions_follow_iso_whoever_holds_the_ground(known: Gazetteer) -> None:
    assert known.division("Crimea", "UKR") == "UA-43"
    assert known.division("Sevastopol", "UKR") == "UA-40"
    assert known.division("Crimea", "RUS") is None


def test_the_word_state_may_follow_a_division(known: Gazetteer) -> None:
    assert known.division("Sinaloa state", "MEX") == "MX-SIN"
    assert known.division("Sinaloa province", "MEX") is None


def test_a_country_is_no_division_of_the_us(known: Gazetteer) -> None:
    assert known.division("Canada", "USA") is None


@pytest.mark.parametrize(
    ("place_id", "west", "south", "east", "north", "precision"),
    [
        ("FRA", -5, 42, 9, 52, "country"),
        ("GUF", -55, 2, -51, 6, "country"),
        ("NOR", 4, 57, 32, 72, "country"),
        ("SJM", 9, 76, 30, 81, "country"),
        ("NLD", 3, 50, 8, 54, "country"),
        ("BES", -69, 12, -68, 13, "country"),
        ("USA", -125, 24, -66, 50, "country"),
        ("GIB", -6, 36, -5, 37, "country"),
        ("REU", 55, -22, 56, -20, "country"),
        ("US-VA", -84, 36, -75, 40, "admin1"),
    ],
)
def test_points_lie_in_the_main_part(
    known: Gazetteer, place_id: str, west: float, south: float, east: float, north: float, precision: str
) -> None:
    point = known.point(place_id)
    assert west < point.lon < east
    assert south < point.lat < north
    assert point == Place(point.lon, point.lat, precision)


def test_every_division_keeps_its_own_point_and_country(known: Gazetteer) -> None:
    lower = known.places[known.places["level"] == "admin1"]
    assert set(lower["country_id"]) <= set(reference("countries")["iso3"])
    assert (lower["parent_id"] == lower["country_id"]).all()
    own_id = lower["place_id"].str.match(r"[A-Z]{2}-[A-Z0-9]{1,3}$") | lower["place_id"].str.match(r"[A-Z]{3}:\S+$")
    assert own_id.all(), lower.loc[~own_id, "place_id"].tolist()


def test_an_unknown_place_has_no_point(known: Gazetteer) -> None:
    with pytest.raises(KeyError):
        known.point("ZZZ")


def test_regions_add_up(known: Gazetteer) -> None:
    parts = [known.region_country_ids([name]) for name in ("Africa", "Americas", "Asia", "Europe", "Oceania")]
    assert sum(map(len, parts)) == len(frozenset().union(*parts)) == 249
    assert known.region_country_ids(["Caribbean", "south america", "Central America"]) == known.region_country_ids(
        ["Latin America and the Caribbean"]
    )
    assert known.region_country_ids(["Eastern Asia", "FRA", "Peru"]) >= {"CHN", "FRA", "PER"}
    assert known.region_country_ids([]) == frozenset()


def test_a_region_wins_over_a_country_of_the_same_name(known: Gazetteer) -> None:
    assert "PLW" in known.region_country_ids(["Micronesia"])
    assert known.region_country_ids(["FSM"]) == {"FSM"}


def test_an_unknown_region_is_named_with_what_is_allowed(known: Gazetteer) -> None:
    with pytest.raises(FilterError, match=r"'Untied Kingdom'.*Did you mean United Kingdom.*Western Europe"):
        known.region_country_ids(["Europe", "Untied Kingdom"])


def test_a_likeness_is_suggested_and_never_used(known: Gazetteer) -> None:
    assert known.suggest("Germny") == "Germany"
    assert known.suggest("qqqqqq") is None
    assert known.country("Germny") is None
