"""A brief's findings as plain sentences, made from the rows the map draws. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from dashboard import words
from dashboard.marks import records
from data import disclosure
from geo.significance import Q_MAX

SURE = "A"  # the only class that is more than hubs and distance give; geo/README.md, "How firm, how surprising"
RELATED = ("common", "inverse")
BUNDLE = ("statistic", "expected", "q_full_margin")  # what all corridors of one bundle share
COUNTS = ("firearms_with", "firearms_against", "other_with", "other_against")
NOTHING = "No corridor stands out from what hubs and distance give"
NOTHING_MEANS = (
    "No corridor of this choice stands out: where layers share a corridor, hubs and distance would give as much, or "
    "the records are too few to say more."
)
ALONE_MEANS = "No other layer has a flow in this choice, so no corridor could be compared."
ALONGSIDE = 2  # corridors named beside the first of their bundle
Row = Mapping[str, Any]


class Finding(NamedTuple):
    """One sentence of a brief.

    Attributes:
        number: Its badge on the map; 0 where the map shows nothing of it.
        title: In a few words, for a slide.
        sentence: In full.
        short: The same in one line of a screen.
        row: The row of ``standing_out`` it was made from; empty where it was made from none.
    """

    number: int
    title: str
    sentence: str
    short: str
    row: Row


def part_title(part: str) -> str:
    """Return a layer's name, or that of a part of one: Firearms; Drugs (cocaine)."""
    layer, _, commodity = part.partition(":")
    return f"{words.layer_title(layer)} ({words.safe(commodity)})" if commodity else words.layer_title(layer)


def mid(title: str) -> str:
    """Return a title as it reads within a sentence."""
    return title[:1].lower() + title[1:]


def layer_of(part: str) -> str:
    """Return the layer a part belongs to."""
    return part.partition(":")[0]


def subject(parts: Sequence[str]) -> str:
    """Return what a brief of some layers or parts is about: opiates and cocaine; firearms, drugs and terrorism."""
    names = [words.safe(part.partition(":")[2]) or mid(words.layer_title(part)) for part in parts]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _together(first: str, second: str) -> str:
    """Return two layers or parts as a sentence begins with them: Opiates and cocaine."""
    pair = subject((first, second))
    return pair[:1].upper() + pair[1:]


def count(value: float, part: str) -> str:
    """Return a count of records; one too small to be told as ``:c``."""
    is_small = disclosure.is_small(pd.Series([value]), pd.Series([layer_of(part)])).iloc[0]
    return disclosure.SUPPRESSED if is_small else words.number(value)


def standing_out(corridors: pd.DataFrame) -> pd.DataFrame:
    """Return the corridors that may be told as findings: sure, and more than hubs and distance give.

    Args:
        corridors: ``view.Explore.corridors`` with relations.JUDGED.
    """
    is_told = corridors["relation"].isin(RELATED) & (corridors["evidence_class"] == SURE)
    return corridors[is_told & (corridors["q_full_margin"] <= Q_MAX)].reset_index(drop=True)


def leading(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """Return the best documented corridors, each with ``alongside``: the corridors that tell the same.

    A corridor tells the same where layer and relation are those of a better documented one and the two have an end
    in common or belong to one bundle.

    Args:
        rows: As ``standing_out`` gives them, strongest first.
        most: How many.
    """
    own = rows[list(COUNTS)].astype("float64")
    least = pd.concat([own.iloc[:, :2].sum(axis=1), own.iloc[:, 2:].sum(axis=1)], axis=1).min(axis=1)
    ordered = records(rows.assign(least=least).sort_values("least", ascending=False, kind="stable"))
    led: list[Row] = []
    beside: dict[str, list[str]] = {}
    for row in ordered:
        leader = next((one for one in led if _tells_the_same(one, row)), None)
        if leader is None:
            led.append(row)
            beside[str(row["corridor_id"])] = []
        else:
            beside[leader["corridor_id"]].append(ends(row))
    kept = pd.DataFrame(led[:most], columns=[*rows.columns, "least"])
    return kept.assign(alongside=pd.Series([beside[name] for name in kept["corridor_id"]], kept.index, dtype=object))


def _tells_the_same(one: Row, other: Row) -> bool:
    if any(one[name] != other[name] for name in ("layer", "relation")):
        return False
    is_one_bundle = all(one[name] == other[name] for name in BUNDLE)
    shared = {one["origin_id"], one["destination_id"]} & {other["origin_id"], other["destination_id"]}
    return is_one_bundle or bool(shared)


def ends(row: Row) -> str:
    """Return both ends of a corridor: Houston – Guadalajara."""
    return f"{words.safe(row['origin'])} – {words.safe(row['destination'])}"


def of_corridors(led: pd.DataFrame, first: str) -> list[Finding]:
    """Return one finding per row of ``leading``, numbered from 1."""
    return [
        Finding(number, f"{ends(row)}: {row['relation']}", corridor(row, first), briefly(row, first), row)
        for number, row in enumerate(records(led), 1)
    ]


def corridor(row: Row, first: str) -> str:
    """Return what two layers do on one corridor, with the numbers of its row."""
    second = mid(part_title(row["layer"]))
    way = "the same way as" if row["relation"] == "common" else "the opposite way to"
    origin, destination = words.safe(row["origin"]), words.safe(row["destination"])
    onward, back = _pair(row, "with", first), _pair(row, "against", first)
    return (
        f"Between {origin} and {destination}, records of {second} run {way} those of {mid(part_title(first))} "
        f"({row['relation']}): {onward[0]} of {mid(part_title(first))} and {onward[1]} of {second} towards "
        f"{destination}, {back[0]} and {back[1]} towards {origin}. {_more_than_hubs(row, second)}{_alongside(row)}"
    )


def briefly(row: Row, first: str) -> str:
    """Return the numbers of one corridor in one line."""
    onward, back = _pair(row, "with", first), _pair(row, "against", first)
    origin, destination = words.safe(row["origin"]), words.safe(row["destination"])
    return (
        f"{part_title(first)}: {onward[0]} records towards {destination}, {back[0]} towards {origin}. "
        f"{part_title(row['layer'])}: {onward[1]} and {back[1]}."
    )


def _pair(row: Row, way: str, first: str) -> tuple[str, str]:
    return count(row[f"firearms_{way}"], first), count(row[f"other_{way}"], row["layer"])


def _more_than_hubs(row: Row, second: str) -> str:
    near, expected = words.number(row["statistic"]), words.number(max(row["expected"], 1.0))
    return (
        f"Near both ends, {near} weighted records of {second} run that way; hubs and distance alone would give about "
        f"{expected}."
    )


def _alongside(row: Row) -> str:
    others: Sequence[str] = row["alongside"]
    if not others:
        return ""
    more = len(others) - ALONGSIDE
    rest = f" and {words.plural(more, 'more corridor')}" if more > 0 else ""
    return f" The same holds alongside: {', '.join(others[:ALONGSIDE])}{rest}."


def largest(flows: pd.DataFrame, parts: Sequence[str], most: int) -> list[Finding]:
    """Return what the largest flows are, of each layer or part in turn: a count and a direction, no comparison.

    Args:
        flows: As ``view.Explore.flows``, largest first within each layer.
        parts: The layers, or parts of layers.
        most: How many flows.
    """
    mine = flows[flows["layer"].isin(parts)]
    mine = mine[~disclosure.is_small(mine["record_count"], mine["layer"].map(layer_of))]
    ranked = mine.assign(rank=mine.groupby("layer").cumcount(), part=mine["layer"].map(list(parts).index))
    told = ranked.sort_values(["rank", "part"], kind="stable").head(most)
    return [_flow(int(row["rank"]), row, mid(part_title(row["layer"]))) for row in records(told)]


def _flow(at: int, row: Row, title: str) -> Finding:
    origin, destination = words.safe(row["origin"]), words.safe(row["destination"])
    many = words.plural(row["record_count"], "record")
    said = f"{_rank(at)} flow of {title} runs from {origin} to {destination}: {many}."
    return Finding(0, f"{part_title(row['layer'])}: {origin} to {destination}", said, said, {})


def _rank(at: int) -> str:
    return ("The largest", "The second largest", "The third largest")[at] if at < 3 else "Another large"


def overall(first: str, second: str, said: str) -> Finding:
    """Return how two layers run as a whole.

    Args:
        first: The layer the other is laid over.
        second: The other.
        said: What relations.finding says.
    """
    pair = _together(first, second)
    sentence = f"{pair} as a whole: {mid(said)}."
    plain = said.partition(" (p = ")[0]  # the screen leaves the p values to the files
    return Finding(0, f"{pair} as a whole", sentence, f"{pair} as a whole: {mid(plain)}.", {})


def alone(first: str) -> str:
    """Return the headline of a choice in which one layer has flows and no other."""
    return f"{part_title(first)} alone: no other layer has a flow here to compare with"


def headline(rows: pd.DataFrame, led: pd.DataFrame, first: str) -> str:
    """Return the one line above all others.

    Args:
        rows: As ``standing_out`` gives them.
        led: As ``leading`` gives them.
        first: The layer the others are laid over.
    """
    if led.empty:
        return NOTHING
    row = records(led)[0]
    way = "the same way" if row["relation"] == "common" else "opposite ways"
    where = f"between {words.safe(row['origin'])} and {words.safe(row['destination'])}"
    line = f"{_together(first, row['layer'])} run {way} {where}"
    others = rows["corridor_id"].nunique() - 1
    return line if not others else f"{line}; {words.plural(others, 'more corridor stands', 'more corridors stand')} out"
