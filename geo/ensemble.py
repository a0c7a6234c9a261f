"""Routes as distributions: paths over perturbed costs, and how often each step is taken (geo/README.md)."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp

from data.errors import ContractError
from geo.distance import Array
from geo.ends import Settings
from geo.journeys import Asked, by_air, by_road, by_sea
from geo.lines import simplified
from geo.networks import Flags, Graph, Graphs, Whole, borders
from geo.search import traced

BATCH = 500  # pairs worked on at once, for memory
KEY = ["place_a", "place_b", "network"]
ASKED = {"road": by_road, "sea": by_sea, "air": by_air}
LEVELS = ("country", "admin1", "place")
NO_POINT = "a place has no known point"
DEFAULT = Settings()


class Routes(NamedTuple):
    """What ``routes`` returns: rows of the tables ``paths``, ``path_edges``, ``path_lines`` and ``path_borders``."""

    paths: pd.DataFrame
    edges: pd.DataFrame
    lines: pd.DataFrame
    borders: pd.DataFrame


class Walks(NamedTuple):
    """Paths as nodes in travel order; ``row`` is pair x members + member, ascending."""

    row: Whole
    node: Whole


class Legs(NamedTuple):
    """Paths as edges in travel order: each member's row, the nodes an edge is taken from and to, and its number."""

    row: Whole
    start: Whole
    end: Whole
    edge: Whole


class Taken(NamedTuple):
    """Steps between cells that members take: each member's row, and the number of the step among ``pair, step``."""

    row: Whole
    number: Whole
    pair: Whole
    step: Whole
    probability: Array


def routes(pairs: pd.DataFrame, places: pd.DataFrame, graphs: Graphs, settings: Settings = DEFAULT) -> Routes:
    """Return an ensemble of paths between each pair of places.

    Args:
        pairs: ``place_a, place_b`` (place_a < place_b) and ``network``: road, sea or air; one row each.
        places: Indexed by place_id: ``lon, lat`` in degrees, WGS 84, ``level`` (country, admin1 or place) and
            ``country_id``.
        graphs: What routes may follow; with edges shut, what is left.
        settings: Members, sigma and seed. A pair's routes do not depend on the other pairs.

    Returns:
        ``paths``: KEY, ``length_km`` and ``confidence`` of the medoid, null where ``refused`` says why there is none.
        ``edges``: KEY, ``from_cell, to_cell, probability``: neighbouring H3 cells of resolution 3 on the way from
        place_a to place_b, and the share of the members with a path that take the step; the way back is the mirror.
        ``lines``: KEY, ``seq, lon, lat``: the medoid, thinned for drawing.
        ``borders``: KEY, ``from_country, to_country, probability``: the share of the members with a path that cross
        from the one country's land to the other's on the way from place_a to place_b; a member that crosses twice the
        same way counts once. What goes by sea or air crosses no land border.
        All sorted. The medoid is the member that differs from the others in the fewest steps. Ends in one cell give no
        steps.

    Raises:
        ContractError: a network, level or place is unknown, or a pair is out of order or there twice.
    """
    _check(pairs, places)
    parts = [_EMPTY]
    for network, ask in ASKED.items():
        wanted = pairs.loc[pairs["network"] == network, KEY].sort_values(KEY, ignore_index=True)
        points = places[["lon", "lat"]].astype("float64")
        known = points.notna().all(axis=1)
        is_known = (known.loc[wanted["place_a"]].to_numpy() & known.loc[wanted["place_b"]].to_numpy()).astype(np.bool_)
        parts.append(_refused(wanted[~is_known], NO_POINT))
        wanted = wanted[is_known].reset_index(drop=True)
        if len(wanted):
            used = places.loc[np.unique(wanted[KEY[:2]].to_numpy(str))]
            parts += _worked(wanted, ask(wanted, used, graphs, settings))
    whole = [pd.concat(tables, ignore_index=True) for tables in zip(*parts, strict=True)]
    within: tuple[list[str], ...] = ([], ["from_cell", "to_cell"], ["seq"], ["from_country", "to_country"])
    return Routes(*(table.sort_values([*KEY, *by], ignore_index=True) for table, by in zip(whole, within, strict=True)))


def _check(pairs: pd.DataFrame, places: pd.DataFrame) -> None:
    wrong = {
        "network": set(pairs["network"]) - set(ASKED),
        "level": set(places["level"]) - set(LEVELS),
        "place_a": set(pairs["place_a"]) - set(places.index),
        "place_b": set(pairs["place_b"]) - set(places.index),
    }
    for column, values in wrong.items():
        if values:
            raise ContractError(f"{column}: not known: {', '.join(sorted(map(str, values))[:5])}.")
    if not (pairs["place_a"] < pairs["place_b"]).all() or pairs.duplicated(KEY).any():
        raise ContractError("place_a: expected each pair and network once, place_a before place_b.")


def _worked(pairs: pd.DataFrame, asked: Asked) -> list[Routes]:
    """Return the routes of all pairs, batch by batch; each is searched from the place that more pairs have."""
    lookup, count = _Lookup.of(asked.graph), pairs[KEY[:2]].melt()["value"].value_counts()
    first, second = (count.loc[pairs[name]].to_numpy() for name in KEY[:2])
    is_back = second > first
    order = np.argsort(np.where(is_back, pairs["place_b"], pairs["place_a"]), kind="stable")
    parts = []
    for rows in np.array_split(order, len(pairs) // BATCH + 1):
        part = asked._replace(**{name: getattr(asked, name)[rows] for name in asked._fields[2:]})
        parts.append(_summary(pairs.iloc[rows].reset_index(drop=True), part, is_back[rows], lookup))
    return parts


class _Lookup(NamedTuple):
    """Edges by their nodes."""

    keys: Whole
    edge: Whole
    size: int

    @classmethod
    def of(cls, graph: Graph) -> "_Lookup":
        keys = graph.u * len(graph.lon) + graph.v
        order = np.argsort(keys)
        return cls(keys[order], order, len(graph.lon))

    def find(self, start: Whole, end: Whole) -> Whole:
        keys = np.minimum(start, end) * self.size + np.maximum(start, end)
        found: Whole = self.edge[np.searchsorted(self.keys, keys)]
        return found


def _walks(asked: Asked, is_back: Flags) -> Walks:
    """Return every member's path of every pair that has one."""
    rows, nodes, order = [], [], []
    for member in range(asked.start.shape[1]):
        start, end, lead, tail = (ends[:, member] for ends in asked[2:6])
        pair = np.flatnonzero((start >= 0) & (end >= 0))
        node = start[pair]
        if asked.costs is not None:
            found, node = traced(asked.costs, member, (start[pair], end[pair]), is_back[pair])
            pair = pair[found]
        reached = np.unique(pair)
        before, after = reached[lead[reached] != start[reached]], reached[tail[reached] != end[reached]]
        rows.append(np.concatenate([before, pair, after]) * asked.start.shape[1] + member)
        nodes.append(np.concatenate([lead[before], node, tail[after]]))
        order.append(np.repeat([0, 1, 2], [len(before), len(pair), len(after)]))
    row = np.concatenate(rows)
    sequence = np.lexsort((np.concatenate(order), row))
    return Walks(row[sequence], np.concatenate(nodes)[sequence])


def _summary(pairs: pd.DataFrame, asked: Asked, is_back: Flags, lookup: _Lookup) -> Routes:
    """Return the routes of a batch."""
    walks, graph = _walks(asked, is_back), asked.graph
    legs = _legs(walks, lookup)
    has_path = np.zeros(asked.start.shape, np.bool_)
    has_path.ravel()[walks.row] = True
    way = np.where(legs.start < legs.end, 1, -1)
    over = sp.csr_matrix((way, (legs.row, legs.edge)), shape=(has_path.size, len(graph.km)))
    taken = _taken(over @ graph.steps, has_path)
    best, confidence = _medoid(taken, has_path)
    length = np.bincount(legs.row, graph.km[legs.edge], minlength=has_path.size)[best]
    is_refused: Flags = ~np.asarray(has_path.any(axis=1))
    paths = pairs.assign(
        length_km=np.where(is_refused, np.nan, length),
        confidence=np.where(is_refused, np.nan, confidence),
        refused=pd.Series(asked.refused, pairs.index, dtype="str").where(is_refused),
    )
    cells = graph.step_cells[taken.step // 2]
    cells = np.where((taken.step % 2 == 1)[:, None], cells[:, ::-1], cells)
    edges = pairs.iloc[taken.pair].reset_index(drop=True)
    edges = edges.assign(from_cell=cells[:, 0], to_cell=cells[:, 1], probability=taken.probability)
    return Routes(paths, edges, _lines(pairs, graph, walks, best), _borders(pairs, graph, legs, has_path))


def _legs(walks: Walks, lookup: _Lookup) -> Legs:
    is_leg = walks.row[1:] == walks.row[:-1]
    start, end = walks.node[:-1][is_leg], walks.node[1:][is_leg]
    return Legs(walks.row[1:][is_leg], start, end, lookup.find(start, end))


def _borders(pairs: pd.DataFrame, graph: Graph, legs: Legs, has_path: Flags) -> pd.DataFrame:
    """Return the borders that the members' own edges cross, and the share of the members that do."""
    crosses = borders(graph)[legs.edge]
    ways = {"from_country": graph.country_id[legs.start[crosses]], "to_country": graph.country_id[legs.end[crosses]]}
    met = pd.DataFrame({"row": legs.row[crosses]} | ways).drop_duplicates()
    keys = ["pair", "from_country", "to_country"]
    counts = met.assign(pair=met["row"] // has_path.shape[1]).groupby(keys).size().rename("count").reset_index()
    pair = counts["pair"].to_numpy(np.int64)
    share = counts["count"] / has_path.sum(axis=1)[pair]
    return pairs.iloc[pair].reset_index(drop=True).assign(**{name: counts[name] for name in ways}, probability=share)


def _taken(steps: sp.csr_matrix, has_path: Flags) -> Taken:
    """Return the steps each member takes on balance, and their shares; steps to and fro cancel."""
    both = sp.coo_matrix(steps)
    row, column, sign = (part[both.data != 0] for part in (both.row.astype(np.int64), both.col, both.data))
    of_pair = 2 * np.int64(steps.shape[1])
    keys = row // has_path.shape[1] * of_pair + 2 * column.astype(np.int64) + (sign < 0)
    found, number, count = np.unique(keys, return_inverse=True, return_counts=True)
    pair = found // max(of_pair, 1)
    return Taken(row, number, pair, found % max(of_pair, 1), count / has_path.sum(axis=1)[pair])


def _medoid(taken: Taken, has_path: Flags) -> tuple[Whole, Array]:
    """Return each pair's member that differs from the others in the fewest steps, as a row, and its mean probability.

    Against all members, a path differs by the sum of 1 - 2 p over its steps, and a constant.
    """
    p, size = taken.probability[taken.number], has_path.size
    differs = np.bincount(taken.row, 1 - 2 * p, minlength=size).reshape(has_path.shape)
    member = np.where(has_path, differs, np.inf).argmin(axis=1)
    row = np.arange(len(has_path)) * has_path.shape[1] + member
    count, total = np.bincount(taken.row, minlength=size)[row], np.bincount(taken.row, p, minlength=size)[row]
    return row, np.where(count > 0, total / np.maximum(count, 1), 1.0)


def _lines(pairs: pd.DataFrame, graph: Graph, walks: Walks, best: Whole) -> pd.DataFrame:
    """Return the lines to draw of the chosen rows."""
    is_best = np.isin(walks.row, best)
    node, per_pair = walks.node[is_best], np.searchsorted(best, walks.row[is_best])
    lon, lat, line = simplified(graph.lon[node], graph.lat[node], per_pair)
    frame = pairs.iloc[line].reset_index(drop=True)
    first = np.searchsorted(line, line)
    return frame.assign(seq=np.arange(len(line)) - first, lon=lon, lat=lat)


def _refused(pairs: pd.DataFrame, reason: str) -> Routes:
    """Return pairs without a path."""
    paths = pairs.assign(length_km=np.nan, confidence=np.nan, refused=reason).astype({"refused": "str"})
    return Routes(paths, *_EMPTY[1:])


_TYPES = dict.fromkeys(KEY, "str")
_EMPTY = Routes(
    *(
        pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in (_TYPES | more).items()})
        for more in (
            {"length_km": "float64", "confidence": "float64", "refused": "str"},
            {"from_cell": "int64", "to_cell": "int64", "probability": "float64"},
            {"seq": "int64", "lon": "float64", "lat": "float64"},
            {"from_country": "str", "to_country": "str", "probability": "float64"},
        )
    )
)
