"""Flows and their records by network, from a release's running sums: as quick for ten million records as for few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import modes
from geo.flowfield import PATH_KEY, Network, keyed, placed
from geo.modes import Travel
from geo.tally import Tally, Whole

KEY = ["layer", "origin_id", "destination_id"]
BILLION = 1e9  # weights are kept as whole billionths: five records of weight 1 are 5, in whatever order they are added
COUNT, COUNT_HIGH, ITEMS, *WEIGHTS = range(6)  # columns of the running sums
MONTH_DAYS = 31
CONFIDENCE = ("low", "low", "medium", "high")  # by points; see Held
LEAST_POINTS = {"any": 0, "medium": 2, "high": 3}
WEIGHTINGS = ("", "_items", "_exposure")  # how the columns of each weight end
PLACE = ["name", "level", "lon", "lat"]
ENDS = ("origin", "destination")
COLUMNS = [
    *KEY,
    *("record_count", "record_count_high", "item_count", "intended_weight", "observed_weight", "intended_count"),
    *("first_on", "last_on", "sources", "flow_confidence"),
    *(column for end in ENDS for column in (end, f"{end}_level", f"{end}_lon", f"{end}_lat")),
    *("corridor_id", "weight", "intended_share", "is_coarse"),
]


@dataclass(frozen=True)
class Book:
    """A release's kinds of legs, and what each day holds of them; a kind is all that can be asked for but the day.

    Attributes:
        tally: Running sums of record_count, record_count_high, item_count and the three weights.
        kinds: ``is_intended, has_item_count, span_days``, and the numbers of its ``source``, its ``pair`` of places and
            its ``part``, the pair and network; the last two ascend.
        sources: Source ids in order.
        pairs: One row per (layer, origin_id, destination_id), with names, levels and positions of both ends,
            ``corridor_id, is_coarse``; by layer.
        layer: Number of each pair's layer.
        parts: ``layer, origin_id, destination_id, network, pair``; network null where unstated.
    """

    tally: Tally
    kinds: pd.DataFrame
    sources: npt.NDArray[np.object_]
    pairs: pd.DataFrame
    layer: Whole
    parts: pd.DataFrame


class Ways(NamedTuple):
    """Where the flows of a book run, whatever a reader chooses.

    Attributes:
        parts: ``part``, its KEY, ``network, share, is_coarse``, and ``path, is_onward`` as flowfield.placed gives them:
            the parts of a book shared out over networks, by layer.
        pairs: By pair of the book: ``net_pair`` (row of the network's pairs; -1 without one), ``is_onward``, and
            ``origin_at, destination_at`` (rows of the places).
    """

    parts: pd.DataFrame
    pairs: pd.DataFrame


class Sums(NamedTuple):
    """What a choice holds by pair of places, or by part of the book.

    Attributes:
        number: Of the pair or part, ascending.
        whole: (rows, measures).
        intended: The same of the kinds whose destination was not reached.
    """

    number: Whole
    whole: Whole
    intended: Whole


class Held(NamedTuple):
    """What a choice holds; all but ``parts`` by pair of places.

    Attributes:
        parts: By part.
        pairs: By pair.
        has_items: Whether a record states its items.
        first_on: Day of the first record.
        last_on: Last day of the last record.
        sources: As text.
        points: How well its records are documented, from 0 to 3: a point each for two sources or more; both ends known
            more closely than their country; half of the records or more dated to a month or closer.
    """

    parts: Sums
    pairs: Sums
    has_items: npt.NDArray[np.bool_]
    first_on: npt.NDArray[np.datetime64]
    last_on: npt.NDArray[np.datetime64]
    sources: npt.NDArray[np.object_]
    points: Whole


def book(groups: pd.DataFrame, kinds: Mapping[str, npt.NDArray[Any]], tally: Tally, places: pd.DataFrame) -> Book:
    """Return the book of a release.

    Args:
        groups: Rows of queries/read/leg_groups.sql.
        kinds: Columns of queries/read/leg_kinds.sql.
        tally: Running sums of table ``leg_days``.
        places: The release's places by place_id.

    Raises:
        ValueError: kinds or groups are not in their order.
    """
    first, count = groups["kind"].to_numpy(), len(kinds["kind"])
    if not np.array_equal(kinds["kind"], np.arange(count)) or (first[:1] != 0).any() or (first[1:] <= first[:-1]).any():
        raise ValueError("leg_kinds: expected kinds from 0, in order. Sort them first.")
    is_pair = _changes(groups, KEY)
    is_part = is_pair | _changes(groups, ["network"])
    source, sources = pd.factorize(groups["source_id"], sort=True)
    pair, part = (np.cumsum(is_first) - 1 for is_first in (is_pair, is_part))
    of_group = {"is_intended": groups["is_intended"].to_numpy(), "source": source, "pair": pair, "part": part}
    sizes = np.diff(np.append(first, count))
    numbers = {name: kinds[name] for name in ("has_item_count", "span_days")}
    numbers |= {name: np.repeat(values, sizes) for name, values in of_group.items()}
    parts = groups.loc[is_part, [*KEY, "network"]].assign(pair=pair[is_part]).reset_index(drop=True)
    pairs = _pairs(groups.loc[is_pair, KEY], places)
    layer = pd.factorize(pairs["layer"])[0]
    return Book(tally, pd.DataFrame(numbers), sources.to_numpy(object), pairs, layer, parts)


def _changes(rows: pd.DataFrame, columns: list[str]) -> npt.NDArray[np.bool_]:
    """Return where a row differs from the one before in any of the columns."""
    numbers = np.column_stack([pd.factorize(rows[column])[0] for column in columns])
    return np.append(True, (numbers[1:] != numbers[:-1]).any(axis=1))[: len(rows)]


def _pairs(pairs: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    pairs = pairs.reset_index(drop=True)
    for end in ENDS:
        found = places[PLACE].reindex(pairs[f"{end}_id"]).reset_index(drop=True)
        pairs[[end, *(f"{end}_{name}" for name in PLACE[1:])]] = found
    levels = pairs[[f"{end}_level" for end in ENDS]]
    return pairs.assign(corridor_id=corridor_ids(pairs), is_coarse=(levels == "country").any(axis=1))


def corridor_ids(pairs: pd.DataFrame) -> pd.Series:
    """Return the id of each pair's corridor, the same in both directions."""
    ends = keyed(pairs)
    return ends["place_a"] + "~" + ends["place_b"]


def ways(book: Book, net: Network, travel: Travel, places: pd.DataFrame) -> Ways:
    """Return where the flows of a book run.

    Args:
        book: The book.
        net: The release's network.
        travel: What legs may have travelled on.
        places: The release's places by place_id.
    """
    parts = book.parts.assign(part=np.arange(len(book.parts)))
    parts["is_coarse"] = book.pairs["is_coarse"].to_numpy()[parts["pair"]]
    routed = placed(net, modes.by_network(parts.drop(columns="pair"), travel))
    routed = routed.sort_values("layer", kind="stable", ignore_index=True)
    numbers = {f"{end}_at": places.index.get_indexer(pd.Index(book.pairs[f"{end}_id"])) for end in ENDS}
    pairs = keyed(book.pairs[KEY[1:]])
    ends = pd.MultiIndex.from_frame(pairs[PATH_KEY[:2]].astype("str"))
    numbers["net_pair"] = pd.MultiIndex.from_frame(net.pairs).get_indexer(ends)
    return Ways(routed, pairs[["is_onward"]].assign(**numbers))


def held(book: Book, kinds: Whole, period: tuple[date | None, date | None]) -> Held:
    """Return what a choice holds.

    Args:
        book: The release's book.
        kinds: Numbers of the kinds that pass the filters, ascending.
        period: First day, and the day after the last; None for no limit.
    """
    found = book.tally.between(kinds, *period)
    columns = ("is_intended", "has_item_count", "span_days", "source", "pair", "part")
    is_intended, has_items, span, source, *groups = (book.kinds[name].to_numpy()[found.kinds] for name in columns)
    pairs, parts = (_summed(group, found.sums, is_intended) for group in groups)
    start = _groups(groups[0])[1]
    count = pairs.whole[:, COUNT]
    dated = _folded(np.add, np.where(span <= MONTH_DAYS, found.sums[:, COUNT], 0), start)
    has_two = _folded(np.minimum, source, start) < _folded(np.maximum, source, start)
    return Held(
        parts,
        pairs,
        _folded(np.logical_or, has_items, start),
        _folded(np.minimum, found.first_on, start),
        _folded(np.maximum, found.last_on + span.astype("timedelta64[D]"), start),
        _sources(book, source, start),
        has_two.astype(np.int64) + ~book.pairs["is_coarse"].to_numpy()[pairs.number] + (2 * dated >= count),
    )


def joined(layers: Sequence[Held]) -> Held:
    """Return what several layers hold together, each given in the order of the book."""
    return Held(
        _stacked([layer.parts for layer in layers]),
        _stacked([layer.pairs for layer in layers]),
        np.concatenate([layer.has_items for layer in layers]),
        np.concatenate([layer.first_on for layer in layers]),
        np.concatenate([layer.last_on for layer in layers]),
        np.concatenate([layer.sources for layer in layers]),
        np.concatenate([layer.points for layer in layers]),
    )


def _stacked(parts: Sequence[Sums]) -> Sums:
    return Sums(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def kept(book: Book, found: Held, min_count: int, least_points: int) -> Held:
    """Return what is held of the pairs of places with so many records and ``points`` at least."""
    is_kept = (found.pairs.whole[:, COUNT] >= min_count) & (found.points >= least_points)
    of_pair = np.zeros(len(book.pairs), dtype=np.bool_)
    of_pair[found.pairs.number] = is_kept
    of_part = of_pair[book.parts["pair"].to_numpy()[found.parts.number]]
    return _taken(found, np.flatnonzero(is_kept), np.flatnonzero(of_part))


def _taken(found: Held, pairs: Whole, parts: Whole) -> Held:
    """Return some rows of what is held, in the order given."""
    return Held(
        Sums(*(values[parts] for values in found.parts)),
        Sums(*(values[pairs] for values in found.pairs)),
        found.has_items[pairs],
        found.first_on[pairs],
        found.last_on[pairs],
        found.sources[pairs],
        found.points[pairs],
    )


def flows(book: Book, found: Held, kappa: float) -> pd.DataFrame:
    """Return COLUMNS and ``pair`` of every (layer, origin, destination), largest first within its layer."""
    order = np.lexsort([-found.pairs.whole[:, COUNT], book.layer[found.pairs.number]])
    found = _taken(found, order, np.empty(0, dtype=np.int64))
    pair, whole, planned = found.pairs
    observed, intended = (counts[:, WEIGHTS[0]] / BILLION for counts in (whole - planned, planned))
    columns = {
        **{str(name): values.array for name, values in book.pairs.take(pair).items()},
        "record_count": whole[:, COUNT],
        "record_count_high": whole[:, COUNT_HIGH],
        "item_count": pd.arrays.IntegerArray(whole[:, ITEMS].copy(), ~found.has_items),
        "intended_weight": intended,
        "observed_weight": observed,
        "intended_count": planned[:, COUNT],
        "first_on": found.first_on.astype("datetime64[us]"),
        "last_on": found.last_on.astype("datetime64[us]"),
        "sources": pd.array(found.sources, dtype="str"),
        "flow_confidence": pd.array(np.array(CONFIDENCE, dtype=object)[found.points], dtype="str"),
        "pair": pair,
        "weight": observed + kappa * intended,
        "intended_share": planned[:, COUNT] / whole[:, COUNT],
    }
    return pd.DataFrame({name: columns[name] for name in [*COLUMNS, "pair"]})


def _summed(group: Whole, sums: Whole, is_intended: npt.NDArray[np.bool_]) -> Sums:
    """Return the sums of each group of kinds; the groups' numbers ascend."""
    number, start, within = _groups(group)
    intended = np.zeros((len(number), sums.shape[1]), dtype=np.int64)
    planned = np.flatnonzero(is_intended)
    rows, first, _ = _groups(within[planned])
    intended[rows] = _folded(np.add, sums[planned], first)
    return Sums(number, _folded(np.add, sums, start), intended)


def _groups(numbers: Whole) -> tuple[Whole, Whole, Whole]:
    """Return the different values of ascending numbers, where each begins, and which of them each number is."""
    is_new = np.append(True, numbers[1:] != numbers[:-1])[: len(numbers)]
    start = np.flatnonzero(is_new)
    return numbers[start], start, np.cumsum(is_new) - 1


def _folded(operation: np.ufunc, values: npt.NDArray[Any], start: Whole) -> npt.NDArray[Any]:
    """Return what an operation makes of the groups of rows that begin at each start."""
    folded: npt.NDArray[Any] = operation.reduceat(values, start, axis=0) if len(start) else values[:0]
    return folded


def _sources(book: Book, source: Whole, start: Whole) -> npt.NDArray[np.object_]:
    """Return the sources of groups of kinds as text; few groups have two."""
    first, last = (_folded(operation, source, start) for operation in (np.minimum, np.maximum))
    told = book.sources[first] if len(first) else first.astype(object)
    ends = np.append(start[1:], len(source))
    for row in np.flatnonzero(first < last):
        told[row] = ", ".join(book.sources[np.unique(source[start[row] : ends[row]])])
    return told


def by_part(found: Held) -> pd.DataFrame:
    """Return a choice's records by pair of places and network as stated, by part of the book.

    Returns:
        ``observed, intended`` and the same ending in ``_items`` and ``_exposure``: weights.
    """
    part, whole, intended = found.parts
    columns = {
        f"{status}{end}": sums[:, at] / BILLION
        for at, end in zip(WEIGHTS, WEIGHTINGS, strict=True)
        for status, sums in (("observed", whole - intended), ("intended", intended))
    }
    return pd.DataFrame(columns, pd.Index(part, name="part"))


def parts(book: Book, ways: Ways, found: Held) -> pd.DataFrame:
    """Return a choice's records by network, shared out where none is stated.

    Returns:
        The columns of Ways.parts but the first, and those of ``by_part`` multiplied by the share.
    """
    stated = by_part(found)
    row = np.full(len(book.parts), -1)
    row[stated.index] = np.arange(len(stated))
    at = row[ways.parts["part"]]
    mine = ways.parts.drop(columns="part").take(np.flatnonzero(at >= 0)).reset_index(drop=True)
    weights = stated.take(at[at >= 0]).mul(mine["share"].to_numpy(), axis=0)
    return mine.join(weights.reset_index(drop=True))


def of_layer(table: pd.DataFrame, layer: str) -> pd.DataFrame:
    """Return the rows of one layer of a table that comes by layer."""
    rows = np.flatnonzero(table["layer"] == layer)
    return table.iloc[rows[0] : rows[-1] + 1] if len(rows) else table.iloc[:0]
