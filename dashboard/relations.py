"""Layers laid over one another: geo's comparison in the words and the order a reader meets it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from dashboard import view, words
from data.errors import FilterError
from geo.assess import Setting, evidence_class, firm, weighted
from geo.bundles import surprise
from geo.compare import Comparison, Segmented, compare, segmented
from geo.flowfield import Network
from geo.multiplex import Surprise
from geo.system import LayersTest, omega_interval

DRAWS_MAX = 10_000
ANCHOR = "firearms"  # the layer every other layer is laid over
WORDS = ("P_common", "P_inverse")
SIDES, WAYS = ("a", "b"), ("with", "against")
READER_NAMES = {
    "id": "corridor_id",
    "label": "relation",
    "P_common": "p_common",
    "P_inverse": "p_inverse",
    "D": "d",
    "a_with": "firearms_with",
    "a_against": "firearms_against",
    "b_with": "other_with",
    "b_against": "other_against",
    "a_n": "firearms_n",
    "b_n": "other_n",
    "a_coverage": "firearms_coverage",
    "b_coverage": "other_coverage",
}
MEASURED = ("P_common", "P_inverse", "D", "length_km", "confidence", "is_coarse")
JUDGED = ("P_least", "flips", "q_full_margin", "q_polarity", "statistic", "expected", "evidence_class")
MEASURES = ("layer", "omega", "common_share", "inverse_share", "mixed_share", "shared_km")


class Ground(NamedTuple):
    """What flows run over.

    Attributes:
        net: The release's network.
        zones: The number of each cell's country.
        places: The release's places by place_id.
        ends: (2, pairs) rows of the places, for both ends of the network's pairs.
    """

    net: Network
    zones: np.ndarray
    places: pd.DataFrame
    ends: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Draws:
    """How surprise is tested: worlds drawn from the null model per rung, 0 for none, and the seed of the draws."""

    count: int
    seed: int

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn.

        Raises:
            FilterError: a number is out of range.
        """
        if not 0 <= self.count <= DRAWS_MAX or self.seed < 0:
            raise FilterError(f"Draws are {self.count}, seed {self.seed}; give 0 to {DRAWS_MAX} draws, a seed from 0.")


class Compared(NamedTuple):
    """A comparison, its corridors as rows, what the layers share, and the 95 % interval of Omega.

    Attributes:
        result: Omega, shares, corridors as geo gives them.
        corridors: As ``compared`` returns them, and once judged with JUDGED.
        shared: Chains of shared edges; None where not asked for.
        omega_interval: NaN where not asked for.
    """

    result: Comparison
    corridors: pd.DataFrame
    shared: Segmented | None = None
    omega_interval: tuple[float, float] = (float("nan"), float("nan"))


class Layer(NamedTuple):
    """One layer, or part of one.

    Attributes:
        flows: One row per (origin_id, destination_id): ``record_count, weight, is_coarse``, and their numbers as
            flows.Ways.pairs has them.
        parts: The same records by network, as geo.assess takes them.
    """

    flows: pd.DataFrame
    parts: pd.DataFrame


Compare = Callable[[str, tuple[Layer, Layer]], Compared]


def compared(ground: Ground, both: tuple[Layer, Layer], kappa: float) -> Compared:
    """Return the comparison of two layers, and its corridors as rows, the best supported first.

    Args:
        ground: What the flows run over.
        both: The layers.
        kappa: What a destination counts that was not reached.

    Returns:
        The corridors have ``id, origin_id, destination_id, origin, destination, label``, everything of MEASURED,
        the pair's own records ``a_with, a_against, b_with, b_against`` (with is origin to destination, the way of
        a's larger flow); ``a_onward, a_back``, a's weighted records along the corridor each way; ``a_n, b_n``, all of
        them; ``a_coverage, b_coverage``, the layer's records that begin or end in either place.
    """
    a, b = _weighted(both, kappa)
    result = compare(ground.net, a, b)
    found = result.corridors
    pair = found["pair"].to_numpy()
    own = np.column_stack([way[pair] for layer in both for way in _own_records(ground, layer.flows)])
    is_turned = np.where(own[:, 0] != own[:, 1], own[:, 1] > own[:, 0], own[:, 3] > own[:, 2])
    ends = np.where(is_turned, ground.ends[::-1, pair], ground.ends[:, pair])
    names, numbered = ground.places["name"], found[["label", *MEASURED]]
    columns: dict[str, Any] = {"id": found["place_a"] + "~" + found["place_b"]}
    for end, at in zip(("origin", "destination"), ends, strict=True):
        columns |= {f"{end}_id": names.index.take(at), end: names.array.take(at)}
    columns |= {str(name): numbered[name] for name in numbered}
    own = np.where(is_turned[:, None], own[:, [1, 0, 3, 2]], own)
    columns |= dict(zip((f"{side}_{way}" for side in SIDES for way in WAYS), own.T, strict=True))
    for way, (plain, turned) in {"onward": ("onward", "back"), "back": ("back", "onward")}.items():
        columns[f"a_{way}"] = np.where(is_turned, found[f"a_{turned}"], found[f"a_{plain}"])
    for side, layer, mine in zip(SIDES, both, (own[:, :2], own[:, 2:]), strict=True):
        columns[f"{side}_n"] = found[f"{side}_onward"] + found[f"{side}_back"]
        columns[f"{side}_coverage"] = _touching(ground, layer.flows)[ends].sum(axis=0) - mine.sum(axis=1)
    table = pd.DataFrame(columns)
    return Compared(result, _strongest_first(table))


def judged(ground: Ground, both: tuple[Layer, Layer], corridors: pd.DataFrame, draws: Draws) -> pd.DataFrame:
    """Return the corridors of ``compared`` with JUDGED: how firm and how surprising each is, and its evidence class."""
    return classed(corridors, firmness(ground, both, corridors), surprises(ground, both, corridors, draws))


def firmness(ground: Ground, both: tuple[Layer, Layer], corridors: pd.DataFrame) -> pd.DataFrame:
    """Return how firm each corridor of ``compared`` is, as geo.assess.firm gives it."""
    ends = corridors["id"].str.split("~", expand=True).reindex(columns=[0, 1])
    named = corridors.assign(place_a=ends[0], place_b=ends[1])
    return firm(ground.net, (both[0].parts, both[1].parts), named)


def surprises(ground: Ground, both: tuple[Layer, Layer], corridors: pd.DataFrame, draws: Draws) -> pd.DataFrame:
    """Return how surprising each corridor of ``compared`` is, as geo.bundles.surprise gives it."""
    return surprise(ground.places, (both[0].flows, both[1].flows), corridors, draws.count, draws.seed)


def classed(corridors: pd.DataFrame, firm: pd.DataFrame, surprising: pd.DataFrame) -> pd.DataFrame:
    """Return corridors with what ``firmness`` and ``surprises`` say of them, and their evidence class."""
    found = corridors.join(firm).join(surprising)
    return found.assign(evidence_class=evidence_class(found))


def interval(ground: Ground, both: tuple[Layer, Layer], kappa: float, draws: Draws) -> tuple[float, float]:
    """Return the 95 % interval of Omega over resampled records."""
    return omega_interval(ground.net, *_weighted(both, kappa), draws.count, draws.seed)


def segments(ground: Ground, both: tuple[Layer, Layer], kappa: float) -> Segmented:
    """Return what two layers share, between junctions and borders."""
    return segmented(ground.net, *_weighted(both, kappa), ground.zones)


def _weighted(both: tuple[Layer, Layer], kappa: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    a, b = (weighted(layer.parts, Setting(kappa=kappa)) for layer in both)
    return a, b


def to_firearms(
    ground: Ground, layers: dict[str, Layer], kappa: float, compare: Compare | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return ``corridors`` (without is_shown) and ``omega`` of view.Explore: firearms against each other layer.

    Args:
        ground: What the flows run over.
        layers: As assemble.laid_out gives them.
        kappa: What a destination counts that was not reached.
        compare: Gives ``compared`` of firearms and the layer it is told; for one that keeps it.
    """
    tables, measures = [], []
    for name, both in pairs(layers).items():
        result, table, *_ = compare(name, both) if compare else compared(ground, both, kappa)
        tables.append(table[table["a_with"] + table["a_against"] > 0].assign(layer=name))
        shares = {f"{word}_share": share for word, share in result.shares.items()}
        measures.append({"layer": name, "omega": result.omega, "shared_km": result.shared_km, **shares})
    columns = [
        *dict.fromkeys([*READER_NAMES, *MEASURED]),
        "origin_id",
        "destination_id",
        "origin",
        "destination",
        "layer",
    ]
    corridors = _strongest_first(pd.concat(tables, ignore_index=True)) if tables else pd.DataFrame(columns=columns)
    corridors = corridors.rename(columns=READER_NAMES)
    corridors = corridors.assign(relation=corridors["relation"].astype("str").str.lower())
    return corridors, pd.DataFrame(measures, columns=list(MEASURES))


def by_layer(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return ``corridor_id, layer`` and JUDGED of the judged corridors of firearms and each layer named."""
    named = [table.rename(columns={"id": "corridor_id"}).assign(layer=name) for name, table in tables.items()]
    columns = ["corridor_id", "layer", *JUDGED]
    return pd.concat(named, ignore_index=True)[columns] if named else pd.DataFrame(columns=columns)


def pairs(layers: dict[str, Layer]) -> dict[str, tuple[Layer, Layer]]:
    """Return firearms and each other layer that both have flows."""
    anchor = layers[ANCHOR]
    others = {name: layer for name, layer in layers.items() if name != ANCHOR and len(layer.flows)}
    return {name: (anchor, layer) for name, layer in others.items() if len(anchor.flows)}


def finding(result: Comparison, tested: LayersTest | None) -> str:
    """Return the whole comparison as one sentence: on which part the layers run which way, and what explains it."""
    if not result.shared_km > 0:
        return "The two layers share no corridor in this choice"
    name, share = max(result.shares.items(), key=lambda part: part[1])
    told = "not tested against the null model" if tested is None else explained(tested)
    return f"{name.capitalize()} on {words.percent(share)} of {result.shared_km:,.0f} shared corridor-km; {told}"


def explained(tested: LayersTest | None) -> str:
    """Return what the null model leaves of two layers' overall direction, as half a sentence.

    Of great circles between places, not of the ways along them: the sign of what is seen beyond the null model is told,
    for it need not be that of Omega.
    """
    if tested is None:
        return "not tested: one layer is known by country, the other by place"
    if "omega" not in tested.system.full_margin:
        return f"not tested: {words.number(tested.place_count)} places are too many, choose a region"
    full_margin, polarity = (rung["omega"] for rung in (tested.system.full_margin, tested.system.polarity))
    if np.isnan([full_margin.p, polarity.p]).any():
        return "not tested: the layers never meet"
    between = f"between {'countries' if tested.is_coarse else 'places'}, "
    told = (
        f"(p = {full_margin.p:.2g} beyond hubs and distance, p = {polarity.p:.2g} with sending and receiving shuffled)"
    )
    if full_margin.p <= words.P_SURPRISE:
        return f"{between}{_way(full_margin)} more than the hubs of the two layers and distance give {told}"
    if polarity.p <= words.P_SURPRISE:
        beyond = f"{_way(polarity)} beyond chance, but not shown to be more so than who sends and who receives gives"
        return f"{between}{beyond} {told}"
    return f"{between}not shown to be more than the hubs of the two layers and distance give {told}"


def _way(found: Surprise) -> str:
    return "the same way" if found.observed > found.expected else "opposite ways"


def is_shown(flows: pd.DataFrame, corridors: pd.DataFrame, top: int) -> pd.Series:
    """Return which flows are drawn: the largest of each layer, and all on the best-supported corridors with a word.

    Args:
        flows: ``layer, corridor_id``, largest first within its layer.
        corridors: As to_firearms returns them.
        top: How many flows a layer, and how many corridors called common or inverse.
    """
    named = corridors.loc[corridors["relation"].isin(["common", "inverse"]), "corridor_id"].drop_duplicates().head(top)
    return (flows.groupby("layer").cumcount() < top) | flows["corridor_id"].isin(named)


def _own_records(ground: Ground, flows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the records of each pair of the network from place_a to place_b, and back."""
    pair, is_onward, count = (flows[name].to_numpy() for name in ("net_pair", "is_onward", "record_count"))
    size = len(ground.net.pairs)
    ways = (is_onward & (pair >= 0), ~is_onward & (pair >= 0))
    onward, back = (np.bincount(pair[way], count[way], size).astype(np.int64) for way in ways)
    return onward, back


def _touching(ground: Ground, flows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return the records of a layer that begin or end in each place."""
    count, size = flows["record_count"], len(ground.places)
    ends = (np.bincount(flows[at], count, size) for at in ("origin_at", "destination_at"))
    return np.add(*ends).astype(np.int64)


def _strongest_first(corridors: pd.DataFrame) -> pd.DataFrame:
    """Return the corridors with a word in front of those without, the likelier and the better documented first."""
    rank = np.maximum(pd.Index([name.upper() for name in view.RELATIONS]).get_indexer(pd.Index(corridors["label"])), 1)
    words, counts = ([corridors[name].to_numpy(np.float64) for name in names] for names in (WORDS, ("a_n", "b_n")))
    likelier = np.nan_to_num(np.fmax(*words).round(6), nan=-1)  # the last digits tell nothing
    order = np.lexsort([-np.fmin(*counts), -likelier, rank])  # of equals, as they come: by place
    return corridors.iloc[order].reset_index(drop=True)
