"""Findings as sentences: their numbers are the table's, and nothing is said that the table does not allow."""

from collections.abc import Mapping

import pandas as pd
import pytest

from dashboard import findings

ROW = {
    "corridor_id": "A~B",
    "layer": "drugs",
    "relation": "inverse",
    "evidence_class": "A",
    "q_full_margin": 0.02,
    "origin_id": "A",
    "destination_id": "B",
    "origin": "Ayton",
    "destination": "Beeford",
    "firearms_with": 1200,
    "firearms_against": 40,
    "other_with": 30,
    "other_against": 900,
    "statistic": 850.0,
    "expected": 100.0,
    "p_common": 0.01,
    "p_inverse": 0.99,
}


def table(*changed: Mapping[str, object]) -> pd.DataFrame:
    return pd.DataFrame([{**ROW, **one} for one in changed])


def test_a_sentence_has_the_numbers_of_its_row() -> None:
    told = findings.of_corridors(findings.leading(table({}), 5), "firearms")[0]
    for number in ("1,200", "40", "30", "900", "850", "100"):
        assert number in told.sentence
    assert "1,200 of firearms and 30 of drugs towards Beeford, 40 and 900 towards Ayton" in told.sentence


def test_turning_a_corridor_round_turns_its_sentence_round() -> None:
    ends = {"origin": "Beeford", "destination": "Ayton", "origin_id": "B", "destination_id": "A"}
    turned = ends | {"firearms_with": 40, "firearms_against": 1200, "other_with": 900, "other_against": 30}
    told = findings.of_corridors(findings.leading(table(turned), 5), "firearms")[0].sentence
    assert "40 of firearms and 900 of drugs towards Ayton, 1,200 and 30 towards Beeford" in told


@pytest.mark.parametrize(
    "changed",
    [
        {"q_full_margin": 0.11},
        {"q_full_margin": float("nan")},
        {"evidence_class": "B"},
        {"evidence_class": "C"},
        {"evidence_class": "D"},
        {"relation": "mixed"},
    ],
)
def test_what_is_not_sure_or_no_surprise_is_not_told(changed: dict[str, object]) -> None:
    rows = findings.standing_out(table(changed))
    assert rows.empty
    led = findings.leading(rows, 5)
    assert findings.of_corridors(led, "firearms") == []
    assert findings.headline(rows, led, "firearms") == findings.NOTHING


def test_q_at_its_limit_is_told() -> None:
    assert len(findings.standing_out(table({"q_full_margin": 0.1}))) == 1


@pytest.mark.parametrize(
    ("value", "part", "said"),
    [
        (0, "human_trafficking", "0"),
        (9, "human_trafficking", ":c"),
        (10, "human_trafficking", "10"),
        (2, "firearms", ":c"),
        (3, "firearms", "3"),
        (2, "drugs:cocaine", ":c"),
    ],
)
def test_small_counts_are_suppressed_at_their_edges(value: int, part: str, said: str) -> None:
    assert findings.count(value, part) == said


def test_corridors_of_one_bundle_are_one_finding() -> None:
    same_end = {"corridor_id": "A~C", "destination_id": "C", "destination": "Ceeham", "statistic": 7.0, "other_with": 1}
    elsewhere = {"corridor_id": "D~E", "origin_id": "D", "destination_id": "E", "origin": "Deeton", "expected": 3.0}
    led = findings.leading(table({}, same_end, elsewhere), 5)
    assert led["corridor_id"].tolist() == ["A~B", "D~E"]
    assert led["alongside"].tolist() == [["Ayton – Ceeham"], []]
    assert "The same holds alongside: Ayton – Ceeham." in findings.of_corridors(led, "firearms")[0].sentence


def test_the_other_layer_on_the_same_corridor_is_another_finding() -> None:
    led = findings.leading(table({}, {"layer": "terrorism", "relation": "common"}), 5)
    assert led["layer"].tolist() == ["drugs", "terrorism"]


@pytest.mark.parametrize(
    ("relation", "count", "said"),
    [
        ("inverse", 1, "Firearms and drugs run opposite ways between Ayton and Beeford"),
        ("common", 2, "Firearms and drugs run the same way between Ayton and Beeford; 1 more corridor stands out"),
        ("common", 3, "Firearms and drugs run the same way between Ayton and Beeford; 2 more corridors stand out"),
    ],
)
def test_the_headline_counts_the_other_corridors(relation: str, count: int, said: str) -> None:
    rows = table(*({"relation": relation, "corridor_id": f"A~{at}"} for at in range(count)))
    assert findings.headline(rows, findings.leading(rows, 5), "firearms") == said


def test_no_sentence_speaks_of_networks_actors_or_causes() -> None:
    led = findings.leading(table({}, {"relation": "common", "corridor_id": "X~Y", "origin_id": "X"}), 5)
    told = " ".join(one.sentence + one.short + one.title for one in findings.of_corridors(led, "firearms")).lower()
    for word in ("network", "smuggl", "traffick", "cause", "because", "group", "gang"):
        assert word not in told


def flow(layer: str, origin: str, count: int) -> dict[str, object]:
    return {"layer": layer, "origin": origin, "destination": "Ceeham", "record_count": count}


def test_the_largest_flows_of_a_pair_are_told_in_turn_and_small_ones_never() -> None:
    opiates, cocaine = "drugs:opiates", "drugs:cocaine"
    flows = pd.DataFrame(
        [flow(opiates, "A", 64), flow(opiates, "B", 18), flow(cocaine, "D", 259), flow(cocaine, "E", 2)]
    )
    told = [one.sentence for one in findings.largest(flows, (opiates, cocaine), 4)]
    assert told == [
        "The largest flow of drugs (opiates) runs from A to Ceeham: 64 records.",
        "The largest flow of drugs (cocaine) runs from D to Ceeham: 259 records.",
        "The second largest flow of drugs (opiates) runs from B to Ceeham: 18 records.",
    ]
    assert len(findings.largest(flows, (opiates, cocaine), 2)) == 2
    assert {one.title for one in findings.largest(flows, (opiates, ""), 4)} == {
        "Drugs (opiates): A to Ceeham",
        "Drugs (opiates): B to Ceeham",
    }


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (("drugs:opiates", "drugs:cocaine"), "opiates and cocaine"),
        (("firearms", "drugs:cocaine"), "firearms and cocaine"),
        (("drugs", "human_trafficking", "terrorism"), "drugs, human trafficking and terrorism"),
        (("drugs",), "drugs"),
    ],
)
def test_a_title_names_parts_by_what_they_are(parts: tuple[str, ...], said: str) -> None:
    assert findings.subject(parts) == said


def test_parts_of_one_layer_are_told_apart_in_the_headline_and_as_a_whole() -> None:
    rows = table({"layer": "drugs:cocaine"})
    said = findings.headline(rows, findings.leading(rows, 5), "drugs:opiates")
    assert said == "Opiates and cocaine run opposite ways between Ayton and Beeford"
    told = "Inverse on 77 %; between places, not shown to be more than hubs give (p = 0.85 beyond hubs, p = 0.75 with)"
    whole = findings.overall("drugs:opiates", "drugs:cocaine", told)
    plain = "Opiates and cocaine as a whole: inverse on 77 %; between places, not shown to be more than hubs give"
    assert whole.short == f"{plain}."
    assert whole.sentence.startswith(f"{plain} (p = 0.85 beyond hubs, p = 0.75 with)")


def test_parts_of_layers_have_names() -> None:
    assert findings.part_title("drugs:opiates") == "Drugs (opiates)"
    assert findings.mid(findings.part_title("human_trafficking")) == "human trafficking"
