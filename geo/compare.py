"""Do two layers run the same way, opposite ways, or merely meet? Formulas and thresholds: geo/README.md."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.sparse as sp
from scipy.special import betainc, betaincinv

from geo.distance import Array
from geo.flowfield import Field, Network, along, balance, field

N_MIN = 5.0  # weighted records each layer needs on a corridor before a word is used
D_MIN = 0.2  # |D| below this is neither common nor inverse
P_MIN = 0.9  # posterior probability a word needs
PHI = 1.5  # overdispersion of counts: the effective number of records is n / PHI
DELTA = 0.08  # share of journeys stated in the wrong direction
SHARED_MIN = 0.5  # share of a corridor's length on which both layers must run
CROSSING_MAX = 0.25  # below this share of common edges two layers in one cell cross
NODES = 256  # of the quadrature over the posterior

LABELS = ("COMMON", "INVERSE", "MIXED", "CROSSING", "INSUFFICIENT")
COMMON, INVERSE, MIXED, CROSSING, INSUFFICIENT = LABELS


@dataclass(frozen=True)
class Comparison:
    """Two layers over one network.

    Attributes:
        omega: Co-presence-weighted mean of D over all shared kilometres, in [-1, 1]; NaN where nothing is shared.
        shares: Share of shared corridor-km by relation: ``common``, ``inverse``, ``mixed``; NaN where none.
        shared_km: Kilometres of edges on which both layers have N_MIN weighted records.
        corridors: One row per pair of places with N_MIN weighted records of its own in either layer: ``place_a, place_b, length_km,
            shared_share, a_onward, a_back, b_onward, b_back`` (weighted records running along the corridor's
            shared part, onward is place_a to place_b), ``D, P_common, P_inverse`` (NaN where insufficient), ``label``.
    """

    omega: float
    shares: dict[str, float]
    shared_km: float
    corridors: pd.DataFrame


def compare(net: Network, flows_a: pd.DataFrame, flows_b: pd.DataFrame) -> Comparison:
    """Compare two layers' flows.

    Args:
        net: The release's network.
        flows_a: ``origin_id, destination_id, weight``, one row per pair or finer; licit legs left out.
        flows_b: The same for the other layer.

    Returns:
        A comparison that does not depend on which layer comes first, and in which reversing one layer turns
        COMMON into INVERSE and the sign of D and Omega.
    """
    a, b = field(net, flows_a), field(net, flows_b)
    own = [sum(along(net, flows, "weight")) for flows in (flows_a, flows_b)]
    corridors = _corridors(net, a, b, np.flatnonzero(np.maximum(*own) >= N_MIN))
    shares, shared_km = _shares(net, a, b)
    return Comparison(omega(net, a, b), shares, shared_km, corridors)


def omega(net: Network, a: Field, b: Field) -> float:
    """Return Sum km S D / Sum km S with S = sqrt(T_a T_b) and D = rho_a rho_b; NaN where the layers never meet."""
    weight = net.km * np.sqrt(a.total * b.total)
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
    levels = (np.arange(NODES) + 0.5) / NODES
    alpha, beta = (n[:, None] / PHI + 0.5 for n in outer)
    theta = betaincinv(alpha, beta, levels[None, :])
    rho = 2 * np.clip((theta - DELTA) / (1 - 2 * DELTA), 0, 1) - 1
    need = np.divide(D_MIN, np.abs(rho), out=np.full_like(rho, np.inf), where=rho != 0)
    above, below = _beyond(inner, need), _beyond((inner[1], inner[0]), need)
    common = np.where(rho > 0, above, below).mean(axis=1)
    inverse = np.where(rho > 0, below, above).mean(axis=1)
    return common, inverse


def _beyond(n: tuple[Array, Array], need: Array) -> Array:
    """Return the probability that rho exceeds ``need`` (rows: corridors, columns: nodes)."""
    theta = DELTA + (1 - 2 * DELTA) * (need + 1) / 2
    alpha, beta = (count[:, None] / PHI + 0.5 for count in n)
    beyond: Array = np.where(need < 1, 1 - betainc(alpha, beta, np.clip(theta, 0, 1)), 0.0)
    return beyond


def _corridors(net: Network, a: Field, b: Field, rows: npt.NDArray[np.int64]) -> pd.DataFrame:
    is_shared = (a.total >= N_MIN) & (b.total >= N_MIN)
    every = net.forward[rows], net.backward[rows]
    path_km, shared_km = ((every[0] + every[1]) @ (net.km * mask) for mask in (np.ones(len(net.km)), is_shared))
    share = np.divide(shared_km, path_km, out=np.zeros_like(shared_km), where=path_km > 0)
    is_judged = share >= SHARED_MIN
    km = net.km * is_shared
    onward_back = [_pooled(every, f, km, shared_km) for f in (a, b)]
    whole = [_pooled(every, f, net.km, path_km) for f in (a, b)]
    (a_on, a_back), (b_on, b_back) = (
        tuple(np.where(is_judged, s, w) for s, w in zip(shared, full, strict=True))
        for shared, full in zip(onward_back, whole, strict=True)
    )
    p_common, p_inverse = posterior((a_on, a_back), (b_on, b_back))
    p_common, p_inverse, d = (
        np.where(is_judged, value, np.nan)
        for value in (p_common, p_inverse, balance(a_on, a_back) * balance(b_on, b_back))
    )
    frame = net.pairs.index.to_frame(index=False).iloc[rows].reset_index(drop=True)
    frame = frame.assign(length_km=net.length_km[rows], shared_share=share, a_onward=a_on, a_back=a_back)
    frame = frame.assign(b_onward=b_on, b_back=b_back, D=d, P_common=p_common, P_inverse=p_inverse)
    meets = _meets(net, a, b, rows)
    frame["label"] = np.select(
        [is_judged & (p_inverse >= P_MIN), is_judged & (p_common >= P_MIN), is_judged, meets],
        [INVERSE, COMMON, MIXED, CROSSING],
        INSUFFICIENT,
    )
    return frame


def _pooled(every: tuple[sp.csr_matrix, sp.csr_matrix], layer: Field, km: Array, length: Array) -> tuple[Array, Array]:
    """Return a layer's records along each path, onward and back: the mean over its kilometres."""
    forward, backward = every
    onward = forward @ (km * layer.plus) + backward @ (km * layer.minus)
    back = forward @ (km * layer.minus) + backward @ (km * layer.plus)
    zero = np.zeros_like(length)
    return tuple(np.divide(n, length, out=zero.copy(), where=length > 0) for n in (onward, back))  # type: ignore[return-value]


def _meets(net: Network, a: Field, b: Field, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Return whether the layers cross in a cell inside each path: both are there, on few common edges."""
    u, v = net.ends[:, 0], net.ends[:, 1]

    def at_cells(values: Array) -> Array:
        size = len(net.cells)
        sums: Array = np.bincount(u, values, minlength=size) + np.bincount(v, values, minlength=size)
        return sums

    n_a, n_b = at_cells(a.total) / 2, at_cells(b.total) / 2
    least = np.minimum(n_a, n_b)
    common = at_cells(np.minimum(a.total, b.total))
    share = np.divide(common, 2 * least, out=np.ones_like(common), where=least > 0)
    is_crossing = (least >= N_MIN) & (share < CROSSING_MAX)
    both = (net.forward[rows] + net.backward[rows]) > 0
    # a cell inside a path has two of the path's edges, an end has one
    edges = np.arange(len(u))
    incidence = sp.csr_matrix((np.ones(2 * len(u)), (np.r_[edges, edges], np.r_[u, v])), shape=(len(u), len(net.cells)))
    touches = both.astype(np.float64) @ incidence
    touches.data = (touches.data > 1).astype(np.float64)
    found: npt.NDArray[np.bool_] = np.asarray(touches @ is_crossing.astype(np.float64)) > 0
    return found


def _shares(net: Network, a: Field, b: Field) -> tuple[dict[str, float], float]:
    is_shared = (a.total >= N_MIN) & (b.total >= N_MIN)
    km, d = net.km[is_shared], (a.direction * b.direction)[is_shared]
    total = float(km.sum())
    parts = {"common": d > D_MIN, "inverse": d < -D_MIN, "mixed": np.abs(d) <= D_MIN}
    return {name: float(km[mask].sum() / total) if total else float("nan") for name, mask in parts.items()}, total
