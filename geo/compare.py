"""Do two layers run the same way, opposite ways, or merely meet? Formulas and thresholds: geo/README.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.bands import ENOUGH, Bands, bands_of, spread
from geo.cases import Ways
from geo.distance import Array
from geo.flowfield import Field, Network, balance, carried, field, field_cases, stacked, sums
from geo.posterior import D_MIN, marginal
from geo.segments import pooled, segments, stretches

P_MIN = 0.9  # posterior probability a word needs
CROSSING_MAX = 0.25  # of a corridor: where both layers run on less of it, and meet inside it, they cross
INSIDE_MIN = 0.75  # share of a corridor's journeys that must pass a cell for a crossing there to count

LABELS = ("COMMON", "INVERSE", "MIXED", "CROSSING", "INSUFFICIENT")
COMMON, INVERSE, MIXED, CROSSING, INSUFFICIENT = LABELS


@dataclass(frozen=True)
class Comparison:
    """Two layers over one network.

    Attributes:
        omega: Co-presence-weighted mean of D over all shared kilometres, in [-1, 1]; NaN where nothing is shared.
        shares: Share of shared corridor-km by relation: ``common``, ``inverse``, ``mixed``; NaN where none.
        shared_km: Kilometres of edges on which both layers have N_MIN weighted records.
        corridors: One row per pair of places with N_MIN weighted records of its own in either layer:
            ``place_a, place_b, pair`` (row of the network's), ``is_coarse, length_km, confidence, a_onward, a_back,
            b_onward, b_back`` (weighted records that run along the corridor, onward is place_a to place_b), ``D,
            P_common, P_inverse`` (NaN where not judged), ``label``.
    """

    omega: float
    shares: dict[str, float]
    shared_km: float
    corridors: pd.DataFrame


class Segmented(NamedTuple):
    """What two layers share, between junctions and borders.

    Attributes:
        segments: One row per chain of shared edges: ``segment, is_coarse, km, a_onward, a_back, b_onward, b_back``
            (weighted records along and against it, the mean over its kilometres), ``D, P_common, P_inverse, label``.
        edges: One row per shared edge: ``edge`` (row of the network), ``is_coarse, segment, stretch`` (edges of one
            label that hang together).
    """

    segments: pd.DataFrame
    edges: pd.DataFrame


def compare(net: Network, flows_a: pd.DataFrame, flows_b: pd.DataFrame) -> Comparison:
    """Compare two layers' flows.

    Args:
        net: The release's network.
        flows_a: ``origin_id, destination_id, network, weight, is_coarse``, one row per pair and network or finer;
            licit legs left out. ``is_coarse`` tells that an end is known only by its country. Coarse flows are
            compared with coarse ones, the others with the others: a line between two countries says nothing of the
            way between two cities.
        flows_b: The same for the other layer.

    Returns:
        A comparison that does not depend on which layer comes first, and in which reversing one layer turns
        COMMON into INVERSE and the sign of D and Omega.
    """
    of_a, of_b = (_by_level(net, flows) for flows in (flows_a, flows_b))
    ways = np.hstack([of_a[0], of_b[0]]), np.hstack([of_a[1], of_b[1]])
    there = spread(net, ways)
    fields = carried(net, [(on, back) for on, back in zip(ways[0].T, ways[1].T, strict=True)])
    tables = []
    for level in (0, 1):
        own, around = ((on[:, level::2], back[:, level::2]) for on, back in (ways, there))
        found = corridors(net, own, around, (fields[level], fields[level + 2]))
        tables.append(found.assign(is_coarse=bool(level)))
    km, a, b = np.tile(net.km, 2), stacked(fields[:2]), stacked(fields[2:])
    shares, shared_km = _shares(km, a, b)
    return Comparison(omega(km, a, b), shares, shared_km, pd.concat(tables, ignore_index=True))


def segmented(
    net: Network, flows_a: pd.DataFrame, flows_b: pd.DataFrame, zones: npt.NDArray[np.int64] | None = None
) -> Segmented:
    """Judge two layers on every chain of edges that both use.

    Args:
        net: The release's network.
        flows_a: As ``compare`` takes them.
        flows_b: The same for the other layer.
        zones: A number per cell of the network, such as its country's: segments end where it changes.
    """
    tables = []
    for is_coarse, level in _levels(flows_a, flows_b):
        found = _segments(net, level, zones)
        tables.append([table.assign(is_coarse=is_coarse) for table in found])
    return Segmented(*(pd.concat(level, ignore_index=True) for level in zip(*tables, strict=True)))


def _by_level(net: Network, flows: pd.DataFrame) -> Ways:
    """Return a layer's weighted records by path, a to b and b to a: of finer flows, and of coarse ones beside them."""
    weight, is_coarse = flows["weight"].to_numpy(np.float64), flows["is_coarse"].to_numpy(np.bool_)
    return sums(net, flows, np.column_stack([np.where(is_coarse, 0.0, weight), np.where(is_coarse, weight, 0.0)]))


def _levels(flows_a: pd.DataFrame, flows_b: pd.DataFrame) -> list[tuple[bool, list[pd.DataFrame]]]:
    both = (flows_a, flows_b)
    return [(is_coarse, [flows[flows["is_coarse"] == is_coarse] for flows in both]) for is_coarse in (False, True)]


def omega(km: Array, a: Field, b: Field) -> float:
    """Return Sum km S D / Sum km S with S = sqrt(T_a T_b) and D = rho_a rho_b; NaN where the layers never meet."""
    weight = km * np.sqrt(a.total * b.total)
    total = weight.sum()
    return float((weight * a.direction * b.direction).sum() / total) if total > 0 else float("nan")


def corridors(net: Network, own: Ways, there: Ways, fields: tuple[Field, Field]) -> pd.DataFrame:
    """Return the rows of ``Comparison.corridors`` for two layers of one level.

    Args:
        net: The release's network.
        own: (paths, 2) records of both layers by path.
        there: (paths, 2) what runs along each path.
        fields: Both flow fields.
    """
    of_path = np.add(*own)
    of_pair = [np.bincount(net.pair, of_layer, minlength=len(net.pairs)) for of_layer in of_path.T]
    rows = np.flatnonzero(np.maximum(*of_pair) >= ENOUGH)
    bands = bands_of(net, rows, of_path.sum(axis=1))
    frame = net.pairs.take(rows).reset_index(drop=True)
    frame["pair"] = rows
    frame["length_km"], frame["confidence"] = (bands.mean @ value for value in (net.length_km, net.confidence))
    onward, back = (bands.member @ way for way in there)
    for at, name in enumerate("ab"):
        frame[f"{name}_onward"], frame[f"{name}_back"] = onward[:, at], back[:, at]
    is_judged = (onward + back).min(axis=1) >= ENOUGH
    cases = bands.of(is_judged).cases(net, own)
    a, b = ([(on[:, at], against[:, at]) for on, against in cases] for at in (0, 1))
    return _labelled(frame, is_judged, marginal(a, b), _meets(net, fields, bands, ~is_judged))


def _labelled(
    frame: pd.DataFrame, is_judged: npt.NDArray[np.bool_], words: tuple[Array, Array], meets: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    """Return the corridors with D, both probabilities (NaN where not judged) and the label.

    Args:
        frame: ``a_onward, a_back, b_onward, b_back``.
        is_judged: Which of them both layers have records enough for.
        words: Probabilities of common and inverse of those that are judged.
        meets: Which of the others cross.
    """
    a_on, a_back, b_on, b_back = (frame[name].to_numpy() for name in ("a_onward", "a_back", "b_onward", "b_back"))
    frame["D"] = np.where(is_judged, balance(a_on, a_back) * balance(b_on, b_back), np.nan)
    p_common, p_inverse = (np.full(len(frame), np.nan) for _ in range(2))
    p_common[is_judged], p_inverse[is_judged] = words
    rules = {
        INVERSE: is_judged & (p_inverse >= P_MIN),
        COMMON: is_judged & (p_common >= P_MIN),
        MIXED: is_judged,
        CROSSING: meets,
    }
    label = np.select(list(rules.values()), list(rules), INSUFFICIENT)
    return frame.assign(P_common=p_common, P_inverse=p_inverse, label=label)


def _meets(
    net: Network, fields: tuple[Field, Field], bands: Bands, asked: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Return whether the layers cross in a cell inside each corridor asked about, and hardly run along it."""
    a, b = (layer.total for layer in fields)
    size = len(net.cells)
    of_a, of_b = (np.bincount(net.ends.T.ravel(), np.tile(total, 2), size) / 2 for total in (a, b))
    is_there = (np.minimum(of_a, of_b) >= ENOUGH).astype(np.float64)
    near = net.touching @ is_there
    rows = np.flatnonzero(asked & (bands.member @ (net.forward @ near + net.backward @ near) > 0))
    found = np.zeros(len(asked), dtype=np.bool_)
    mean = bands.mean[rows]
    mass = mean @ net.forward + mean @ net.backward
    inside = mass @ net.touching
    inside.data = (inside.data >= INSIDE_MIN).astype(np.float64)  # a certain end has one edge: half
    met = inside @ is_there > 0
    rows, mass = rows[met], mass[met]
    mass.data **= 2
    together = _ratio(mass @ (net.km * (np.minimum(a, b) >= ENOUGH)), mass @ net.km)
    found[rows] = together < CROSSING_MAX
    return found


def _ratio(part: Array, whole: Array) -> Array:
    share: Array = np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)
    return share


def _segments(
    net: Network, flows: Sequence[pd.DataFrame], zones: npt.NDArray[np.int64] | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of ``Segmented`` for two layers of one level."""
    fields = [field(net, layer) for layer in flows]
    edges = np.flatnonzero((fields[0].total >= ENOUGH) & (fields[1].total >= ENOUGH))
    parts = segments(net, edges, zones)
    frame = pd.DataFrame({"segment": np.arange(parts[0].max(initial=-1) + 1)})
    frame["km"] = np.bincount(parts[0], net.km[edges], minlength=len(frame))
    for name, layer in zip("ab", fields, strict=True):
        frame[f"{name}_onward"], frame[f"{name}_back"] = pooled(net, edges, parts, layer)
    everywhere = np.ones(len(frame), dtype=np.bool_)
    cases = [[pooled(net, edges, parts, case) for case in field_cases(net, layer)] for layer in flows]
    frame = _labelled(frame, everywhere, marginal(cases[0], cases[1]), ~everywhere)
    stretch = stretches(net, edges, frame["label"].to_numpy(str)[parts[0]])
    return frame, pd.DataFrame({"edge": edges, "segment": parts[0], "stretch": stretch})


def _shares(km: Array, a: Field, b: Field) -> tuple[dict[str, float], float]:
    is_shared = (a.total >= ENOUGH) & (b.total >= ENOUGH)
    km, d = km[is_shared], (a.direction * b.direction)[is_shared]
    total = float(km.sum())
    parts = {"common": d > D_MIN, "inverse": d < -D_MIN, "mixed": np.abs(d) <= D_MIN}
    return {name: float(km[mask].sum() / total) if total else float("nan") for name, mask in parts.items()}, total
