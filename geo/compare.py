"""Do two layers run the same way, opposite ways, or merely meet? Formulas and thresholds: geo/README.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betainc, betaln

from geo.bands import N_MIN, ROUNDING, Bands, bands_of, spread
from geo.cases import Ways
from geo.distance import Array
from geo.flowfield import Field, Network, balance, carried, field, field_cases, stacked, sums
from geo.segments import pooled, segments, stretches

D_MIN = 0.2  # |D| below this is neither common nor inverse
P_MIN = 0.9  # posterior probability a word needs
PHI = 1.5  # overdispersion of counts: the effective number of records is n / PHI
DELTA = 0.08  # share of journeys stated in the wrong direction
CROSSING_MAX = 0.25  # of a corridor: where both layers run on less of it, and meet inside it, they cross
INSIDE_MIN = 0.75  # share of a corridor's journeys that must pass a cell for a crossing there to count
GRID, GRID_WEIGHTS = np.polynomial.legendre.leggauss(32)  # over the narrower posterior; 200 change nothing by 0.0001
WINDOW = 2.5  # half its width, in units of 1 / sqrt(alpha + beta): five standard deviations of the angle
STEP, STEP_WEIGHTS = np.polynomial.legendre.leggauss(3)  # over the wider posterior, between two of the points above

NEGLIGIBLE = 1e-9  # a probability that is not worked out any further
FAR = 7.0  # standard deviations beyond which a tail is 0 or 1: off by 3e-9 at most in two million drawn

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
    own, there = ([(on[:, at], back[:, at]) for at in range(4)] for on, back in (ways, spread(net, ways)))
    fields = carried(net, own)
    tables = [
        corridors(net, own[level::2], there[level::2], (fields[level], fields[level + 2])).assign(is_coarse=bool(level))
        for level in (0, 1)
    ]
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


def posterior(a: tuple[Array, Array], b: tuple[Array, Array], delta: float = DELTA) -> tuple[Array, Array]:
    """Return the probabilities that D > D_MIN (common) and D < -D_MIN (inverse).

    Each layer's share of onward records has a Beta posterior on n / PHI records with a Jeffreys prior; ``delta``
    of all journeys are taken to be stated backwards. The product's distribution is integrated numerically over the
    layer with more records, whichever comes first, so that swapping the layers changes nothing.

    Args:
        a: Weighted records onward and back of one layer, one entry per corridor.
        b: The same of the other layer.
        delta: Share of journeys stated backwards, below one half.
    """
    total, most = ([np.round(of(*ways), 6) for ways in (a, b)] for of in (np.add, np.maximum))  # no turn by rounding
    is_b = (total[1] > total[0]) | ((total[1] == total[0]) & (most[1] > most[0]))
    outer, inner = ([np.where(is_b, x, y) for x, y in zip(*ways, strict=True)] for ways in ((b, a), (a, b)))
    return _tail((outer[0], outer[1]), (inner[0], inner[1]), delta)


def marginal(
    a: Sequence[tuple[Array, Array]], b: Sequence[tuple[Array, Array]], delta: float = DELTA
) -> tuple[Array, Array]:
    """Return the mean of ``posterior`` over equally likely cases; a case in which a layer has no record has no word.

    Args:
        a: In each case, weighted records onward and back of one layer, one entry per corridor.
        b: The same of the other layer in the same cases: where paths run is one question for both.
        delta: Share of journeys stated backwards, below one half.
    """
    counts = np.stack([np.column_stack([*one, *other]) for one, other in zip(a, b, strict=True)], axis=1)
    is_new = np.ones(counts.shape[:2], dtype=np.bool_)
    is_new[:, 1:] = (counts[:, 1:] != counts[:, :-1]).any(axis=2)  # most cases of a corridor are alike
    found, number = counts[is_new], np.cumsum(is_new.ravel()).reshape(is_new.shape) - 1
    has_both = (found[:, 0] + found[:, 1] > 0) & (found[:, 2] + found[:, 3] > 0)
    ways = posterior((found[:, 0], found[:, 1]), (found[:, 2], found[:, 3]), delta)
    p_common, p_inverse = (np.where(has_both, p, 0.0)[number].mean(axis=1) for p in ways)
    return p_common, p_inverse


def _tail(outer: Ways, inner: Ways, delta: float) -> Ways:
    """Return both probabilities, integrated over the outer layer's rho.

    The posterior is smooth in the angle whose squared sine is the share of onward records, also where a layer has none
    one way. Journeys stated backwards bound rho: what lies beyond is at -1 or 1.
    """
    outer_shape, inner_shape = ((onward / PHI + 0.5, back / PHI + 0.5) for onward, back in (outer, inner))
    tails = inner_shape, inner_shape[::-1]  # rho beyond a value is the one, below its negative the other
    limits = [np.full(len(outer[0]), value) for value in (delta, D_MIN)]
    most = [_beyond(shape, limits[1], delta) for shape in tails]  # no rho of the outer layer asks for less
    common, inverse = np.zeros(len(outer[0])), np.zeros(len(outer[0]))
    for is_onward in (True, False):
        mass, need, rows = _grid(outer_shape, is_onward, delta)
        edge = _below(*(outer_shape[::-1] if is_onward else outer_shape), limits[0])
        above, under = (edge * limit for limit in most)
        for found, shape, limit in zip((above, under), tails, most, strict=True):
            asked = limit[rows] > NEGLIGIBLE
            at = rows[asked]
            found[at] += (mass[asked] * _running((shape[0][at], shape[1][at]), need[asked], delta)).sum(axis=1)
        common, inverse = (common + above, inverse + under) if is_onward else (common + under, inverse + above)
    return np.minimum(common, 1.0), np.minimum(inverse, 1.0)


def _grid(shape: Ways, is_onward: bool, delta: float) -> tuple[Array, Array, npt.NDArray[np.int64]]:
    """Return Gauss-Legendre masses of rho beyond D_MIN on one side, how large the other rho must be, and the rows."""
    alpha, beta = shape
    reach = (delta + (1 - 2 * delta) * (1 + D_MIN) / 2, 1 - delta)
    low, high = np.arcsin(np.sqrt(reach if is_onward else (1 - reach[1], 1 - reach[0])))
    centre, half = np.arctan2(np.sqrt(alpha), np.sqrt(beta)), WINDOW / np.sqrt(alpha + beta)
    start, end = np.maximum(low, centre - half), np.minimum(high, centre + half)
    rows = np.flatnonzero(end > start)
    start, width, alpha, beta = (values[rows, None] for values in (start, end - start, alpha, beta))
    angle = start + width * (GRID + 1) / 2
    log = (2 * alpha - 1) * np.log(np.sin(angle)) + (2 * beta - 1) * np.log(np.cos(angle)) - betaln(alpha, beta)
    rho = (2 * np.sin(angle) ** 2 - 1) / (1 - 2 * delta)
    return np.exp(log) * GRID_WEIGHTS * width, D_MIN / np.abs(rho), rows


def _beyond(shape: Ways, rho: Array, delta: float) -> Array:
    """Return the posterior probabilities of a rho above each value, of Beta posteriors of the share onward."""
    alpha, beta = shape
    rest = delta + (1 - 2 * delta) * (1 - rho) / 2
    return _below(beta, alpha, rest)


def _below(alpha: Array, beta: Array, share: Array) -> Array:
    """Return the probability that a Beta share is less; 0 or 1 where it is FAR from the centre, in the angle."""
    z = (np.arcsin(np.sqrt(share)) - np.arctan2(np.sqrt(alpha), np.sqrt(beta))) * 2 * np.sqrt(alpha + beta)
    found, near = (z > 0).astype(np.float64), np.abs(z) < FAR
    found[near] = betainc(alpha[near], beta[near], share[near])
    return found


def _running(shape: Ways, rho: Array, delta: float) -> Array:
    """Return what ``_beyond`` does for many values a row, all ascending or all descending.

    The last tail is exact; the others add the posterior's density between neighbours, which is smooth in the angle.
    """
    if len(rho) and rho[0, 0] > rho[0, -1]:
        return _running(shape, rho[:, ::-1], delta)[:, ::-1]
    angle = np.arcsin(np.sqrt(1 - delta - (1 - 2 * delta) * (1 - rho) / 2))
    half = np.diff(angle, axis=1)[:, :, None] / 2
    share = np.sin(angle[:, :-1, None] + half * (1 + STEP)) ** 2
    alpha, beta = (part[:, None, None] for part in shape)
    density = np.exp((alpha - 0.5) * np.log(share) + (beta - 0.5) * np.log1p(-share) - betaln(alpha, beta))
    between = 2 * half[:, :, 0] * (density @ STEP_WEIGHTS)
    last = _beyond(shape, rho[:, -1], delta)[:, None]
    return np.hstack([last + np.cumsum(between[:, ::-1], axis=1)[:, ::-1], last])


def corridors(net: Network, own: Sequence[Ways], there: Sequence[Ways], fields: tuple[Field, Field]) -> pd.DataFrame:
    """Return the rows of ``Comparison.corridors`` for two layers of one level.

    Args:
        net: The release's network.
        own: Each layer's records by path.
        there: What runs along each path, of each layer.
        fields: Both flow fields.
    """
    of_path = [np.add(*ways) for ways in own]
    of_pair = [np.bincount(net.pair, weight, minlength=len(net.pairs)) for weight in of_path]
    rows = np.flatnonzero(np.maximum(*of_pair) >= N_MIN)
    bands = bands_of(net, rows, of_path[0] + of_path[1])
    frame = net.pairs.take(rows).reset_index(drop=True)
    frame["pair"] = rows
    frame["length_km"], frame["confidence"] = (bands.mean @ value for value in (net.length_km, net.confidence))
    for name, (onward, back) in zip("ab", there, strict=True):
        frame[f"{name}_onward"], frame[f"{name}_back"] = bands.member @ onward, bands.member @ back
    a, b = (frame[[f"{name}_onward", f"{name}_back"]].sum(axis=1).to_numpy(np.float64) for name in "ab")
    is_judged = np.minimum(a, b) >= N_MIN * (1 - ROUNDING)
    cases = [bands.of(is_judged).cases(net, ways) for ways in own]
    return _labelled(frame, is_judged, marginal(cases[0], cases[1]), _meets(net, fields, bands, ~is_judged))


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
    is_there = (np.minimum(of_a, of_b) >= N_MIN).astype(np.float64)
    rows = np.flatnonzero(asked & (bands.member @ (net.passing @ is_there) > 0))
    found = np.zeros(len(asked), dtype=np.bool_)
    mean = bands.mean[rows]
    inside = mean @ net.passing
    inside.data = (inside.data >= INSIDE_MIN).astype(np.float64)  # a certain end has one edge: half
    rows, mean = (of[inside @ is_there > 0] for of in (rows, mean))
    mass = mean @ net.either
    mass.data **= 2
    together = _ratio(mass @ (net.km * (np.minimum(a, b) >= N_MIN)), mass @ net.km)
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
    edges = np.flatnonzero((fields[0].total >= N_MIN) & (fields[1].total >= N_MIN))
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
    is_shared = (a.total >= N_MIN) & (b.total >= N_MIN)
    km, d = km[is_shared], (a.direction * b.direction)[is_shared]
    total = float(km.sum())
    parts = {"common": d > D_MIN, "inverse": d < -D_MIN, "mixed": np.abs(d) <= D_MIN}
    return {name: float(km[mask].sum() / total) if total else float("nan") for name, mask in parts.items()}, total
