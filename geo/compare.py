"""Do two layers run the same way, opposite ways, or merely meet? Formulas and thresholds: geo/README.md."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from scipy.special import betainc

from geo.distance import Array
from geo.flowfield import Field, Network, along, balance, field, stacked

N_MIN = 5.0  # weighted records each layer needs on a corridor before a word is used
D_MIN = 0.2  # |D| below this is neither common nor inverse
P_MIN = 0.9  # posterior probability a word needs
PHI = 1.5  # overdispersion of counts: the effective number of records is n / PHI
DELTA = 0.08  # share of journeys stated in the wrong direction
SHARED_MIN = 0.5  # share of a corridor's length on which both layers must run
CROSSING_MAX = 0.25  # below this share of common edges two layers in one cell cross
NODES = 100  # of the grid over rho; 2,000 change no probability by more than 0.001

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
            ``place_a, place_b, length_km, shared_share, a_onward, a_back, b_onward, b_back`` (weighted records
            running along the corridor's shared part, onward is place_a to place_b), ``D, P_common, P_inverse``
            (NaN where not judged), ``label``.
    """

    omega: float
    shares: dict[str, float]
    shared_km: float
    corridors: pd.DataFrame


def compare(net: Network, flows_a: pd.DataFrame, flows_b: pd.DataFrame) -> Comparison:
    """Compare two layers' flows.

    Args:
        net: The release's network.
        flows_a: ``origin_id, destination_id, weight, is_coarse``, one row per pair or finer; licit legs left out.
            ``is_coarse`` tells that an end is known only by its country. Coarse flows are compared with coarse
            ones, the others with the others: a line between two countries says nothing of the way between two cities.
        flows_b: The same for the other layer.

    Returns:
        A comparison that does not depend on which layer comes first, and in which reversing one layer turns
        COMMON into INVERSE and the sign of D and Omega.
    """
    levels = [
        (flows_a[flows_a["is_coarse"] == is_coarse], flows_b[flows_b["is_coarse"] == is_coarse])
        for is_coarse in (False, True)
    ]
    fields = [(field(net, a), field(net, b)) for a, b in levels]
    corridors = []
    for flows, (a, b) in zip(levels, fields, strict=True):
        own_a, own_b = (np.add(*along(net, layer, "weight")) for layer in flows)
        corridors.append(_corridors(net, a, b, np.flatnonzero(np.maximum(own_a, own_b) >= N_MIN)))
    km = np.tile(net.km, len(levels))
    both = stacked([a for a, _ in fields]), stacked([b for _, b in fields])
    shares, shared_km = _shares(km, *both)
    return Comparison(omega(km, *both), shares, shared_km, pd.concat(corridors, ignore_index=True))


def omega(km: Array, a: Field, b: Field) -> float:
    """Return Sum km S D / Sum km S with S = sqrt(T_a T_b) and D = rho_a rho_b; NaN where the layers never meet."""
    weight = km * np.sqrt(a.total * b.total)
    total = weight.sum()
    return float((weight * a.direction * b.direction).sum() / total) if total > 0 else float("nan")


def posterior(a: tuple[Array, Array], b: tuple[Array, Array]) -> tuple[Array, Array]:
    """Return the probabilities that D > D_MIN (common) and D < -D_MIN (inverse).

    Each layer's share of onward records has a Beta posterior on n / PHI records with a Jeffreys prior; DELTA
    of all journeys are taken to be stated backwards. The product's distribution is integrated numerically, once
    over either layer, so that swapping the layers changes nothing.

    Args:
        a: Weighted records onward and back of one layer, one entry per corridor.
        b: The same of the other layer.
    """
    both = [_tail(a, b), _tail(b, a)]
    return (both[0][0] + both[1][0]) / 2, (both[0][1] + both[1][1]) / 2


def _tail(outer: tuple[Array, Array], inner: tuple[Array, Array]) -> tuple[Array, Array]:
    """Return both probabilities, integrated over a grid of the outer layer's rho."""
    edges = np.linspace(-1, 1, NODES + 1)
    below = _cdf(outer, edges)
    mass = np.column_stack([below[:, 0], np.diff(below, axis=1), 1 - below[:, -1]])
    rho = np.concatenate([[-1.0], (edges[:-1] + edges[1:]) / 2, [1.0]])
    can_reach = np.abs(rho) > D_MIN  # elsewhere no rho of the inner layer makes the product large enough
    mass, rho = mass[:, can_reach], rho[can_reach]
    need = D_MIN / np.abs(rho)
    above, under = 1 - _cdf(inner, need), _cdf(inner, -need)
    common = np.where(rho > 0, above, under)
    inverse = np.where(rho > 0, under, above)
    return (mass * common).sum(axis=1), (mass * inverse).sum(axis=1)


def _cdf(n: tuple[Array, Array], rho: Array) -> Array:
    """Return the posterior probability of a rho below each value (rows: corridors, columns: values)."""
    alpha, beta = (count[:, None] / PHI + 0.5 for count in n)
    theta = DELTA + (1 - 2 * DELTA) * (rho + 1) / 2
    cdf: Array = betainc(alpha, beta, theta[None, :])
    return cdf


def _corridors(net: Network, a: Field, b: Field, rows: npt.NDArray[np.int64]) -> pd.DataFrame:
    frame = net.pairs.index.to_frame(index=False).iloc[rows].reset_index(drop=True)
    frame["length_km"] = net.length_km[rows]
    is_shared = (a.total >= N_MIN) & (b.total >= N_MIN)
    paths = net.forward[rows], net.backward[rows]
    frame["shared_share"] = _ratio(
        *((paths[0] + paths[1]) @ (net.km * mask) for mask in (is_shared, np.ones_like(net.km)))
    )
    is_judged = (frame["shared_share"] >= SHARED_MIN).to_numpy()
    for name, layer in (("a", a), ("b", b)):
        shared, whole = (_pooled(paths, layer, net.km * mask) for mask in (is_shared, np.ones_like(net.km)))
        for way, part, full in zip(("onward", "back"), shared, whole, strict=True):
            frame[f"{name}_{way}"] = np.where(is_judged, part, full)
    return _labelled(frame, is_judged, _meets(net, a, b, rows))


def _labelled(frame: pd.DataFrame, is_judged: npt.NDArray[np.bool_], meets: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Return the corridors with D, both probabilities (NaN where not judged) and the label."""
    a_on, a_back, b_on, b_back = (frame[name].to_numpy() for name in ("a_onward", "a_back", "b_onward", "b_back"))
    frame["D"] = np.where(is_judged, balance(a_on, a_back) * balance(b_on, b_back), np.nan)
    p_common, p_inverse = (np.full(len(frame), np.nan) for _ in range(2))
    p_common[is_judged], p_inverse[is_judged] = posterior(
        (a_on[is_judged], a_back[is_judged]), (b_on[is_judged], b_back[is_judged])
    )
    rules = {
        INVERSE: is_judged & (p_inverse >= P_MIN),
        COMMON: is_judged & (p_common >= P_MIN),
        MIXED: is_judged,
        CROSSING: meets,
    }
    label = np.select(list(rules.values()), list(rules), INSUFFICIENT)
    return frame.assign(P_common=p_common, P_inverse=p_inverse, label=label)


def _ratio(part: Array, whole: Array) -> Array:
    share: Array = np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)
    return share


def _pooled(paths: tuple[sp.csr_matrix, sp.csr_matrix], layer: Field, km: Array) -> tuple[Array, Array]:
    """Return a layer's records along each path, onward and back: the mean over the given kilometres."""
    forward, backward = paths
    length = (forward + backward) @ km
    onward = forward @ (km * layer.plus) + backward @ (km * layer.minus)
    back = forward @ (km * layer.minus) + backward @ (km * layer.plus)
    return _ratio(onward, length), _ratio(back, length)


def _meets(net: Network, a: Field, b: Field, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return whether the layers cross in a cell inside each path: both are there, on few common edges."""
    edges, size = np.arange(len(net.km)), len(net.cells)
    touch = sp.csr_matrix(
        (np.ones(2 * len(edges)), (np.r_[edges, edges], net.ends.T.ravel())), shape=(len(edges), size)
    )
    least = np.minimum(touch.T @ a.total, touch.T @ b.total) / 2
    common = _ratio(touch.T @ np.minimum(a.total, b.total), 2 * least)
    is_crossing = (least >= N_MIN) & (common < CROSSING_MAX)
    inside = ((net.forward[rows] + net.backward[rows]) > 0).astype(np.float64) @ touch
    inside.data = (inside.data > 1).astype(np.float64)  # a cell inside a path has two of its edges, an end has one
    found: npt.NDArray[np.bool_] = (inside @ is_crossing.astype(np.float64)) > 0
    return found


def _shares(km: Array, a: Field, b: Field) -> tuple[dict[str, float], float]:
    is_shared = (a.total >= N_MIN) & (b.total >= N_MIN)
    km, d = km[is_shared], (a.direction * b.direction)[is_shared]
    total = float(km.sum())
    parts = {"common": d > D_MIN, "inverse": d < -D_MIN, "mixed": np.abs(d) <= D_MIN}
    return {name: float(km[mask].sum() / total) if total else float("nan") for name, mask in parts.items()}, total
