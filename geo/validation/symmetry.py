"""S14: what must stay the same, or turn round exactly, when order, orientation, names, longitude or scale change."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from geo.distance import Array
from geo.multiplex import SystemSettings, system_test
from geo.significance import BundleSettings, bundle_tests
from geo.validation.compared import judged_matrices, omega_of_matrices
from geo.validation.ground import Ground, connected
from geo.validation.measured import Measured, Run
from geo.validation.sites import Sites, site_ground, sites
from geo.validation.terrain import GREAT_CIRCLES, Case
from geo.validation.world import COMMON, INVERSE, Plan, counted, world

EXACT = 1e-9  # geo/README.md, "Validation"
FACTOR = 7.3  # by which all weights are multiplied
TURN_DEG = 137.0  # round which the world is turned; the region then lies across the antimeridian
MIRRORED = {"COMMON": "INVERSE", "INVERSE": "COMMON"}
PLANTED = ((COMMON, 0.07), (INVERSE, 0.07))
NUMBERS = ["D", "P_common", "P_inverse"]
SITE_RECORDS = 60  # of each layer on a clean corridor
Matrices = tuple[Array, Array]


def s14(case: Case) -> Run:
    """Return the largest change under each operation, on great circles: one messy world and one clean one."""
    rng = np.random.default_rng([case.seed, 30])
    made = world(GREAT_CIRCLES.ground(case.effort.places, (case.seed, 30)), Plan(planted=PLANTED), rng)
    alone = site_ground(rng)
    clean = sites(alone, COMMON, np.full((len(alone.names) // 8, 2), SITE_RECORDS), rng)
    ground, layers = made.ground, made.matrices
    figures = {
        **_swapped(ground, layers),
        **_reversed(ground, layers),
        **_tests_mirrored(ground, layers, case.effort.draws),
        **_scaled(ground, layers),
        **_relabelled(ground, layers, rng),
        **_rotated(ground, layers),
        **_clean_rotated(clean),
    }
    return Run([Measured("S14", name, "<=", EXACT, value, count=1) for name, value in figures.items()])


def _swapped(ground: Ground, layers: Matrices) -> dict[str, float]:
    one, two = judged_matrices(ground, layers), judged_matrices(ground, layers[::-1])
    return {"layers swapped: labels that differ": _differing(one, two), "layers swapped: D, P": _gap(one, two)}


def _reversed(ground: Ground, layers: Matrices) -> dict[str, float]:
    a, b = layers
    one, two = judged_matrices(ground, (a, b)), judged_matrices(ground, (a, b.T))
    turned = two.assign(
        label=two["label"].replace(MIRRORED), D=-two["D"], P_common=two["P_inverse"], P_inverse=two["P_common"]
    )
    omegas = [omega_of_matrices(ground, (a, x)) for x in (b, b.T)]
    return {
        "one layer reversed: labels that do not turn": _differing(one, turned),
        "one layer reversed: D, P": _gap(one, turned),
        "one layer reversed: Omega": abs(omegas[0] + omegas[1]),
    }


def _tests_mirrored(ground: Ground, layers: Matrices, draws: int) -> dict[str, float]:
    """Return the largest change of p when layers swap (m and r) and when the second is reversed (bundles)."""
    (a, b), km = layers, ground.distance_km
    tests = [system_test(*pair, km, 0, SystemSettings(draws)) for pair in ((a, b), (b, a))]
    p = [np.array([one.p for rung in (t.full_margin, t.polarity) for one in rung.values()]) for t in tests]
    found = [bundle_tests(a, x, km, 0, BundleSettings(draw_count=draws)) for x in (b, b.T)]
    found[1] = found[1].assign(kind=found[1]["kind"].map({COMMON: INVERSE, INVERSE: COMMON}))
    keys = ["origin", "destination", "kind"]
    paired = [frame.set_index(keys)["p"].sort_index() for frame in found]
    return {
        "layers swapped: p of m and r": float(np.abs(p[0] - p[1]).max()),
        "one layer reversed: p of bundles": float((paired[0] - paired[1]).abs().max(skipna=False)),
    }


def _scaled(ground: Ground, layers: Matrices) -> dict[str, float]:
    more = (FACTOR * layers[0], FACTOR * layers[1])
    one, two = (judged_matrices(ground, pair) for pair in (layers, more))
    both = one.merge(two, on=["place_a", "place_b"], suffixes=("", "_more"))
    omegas = [omega_of_matrices(ground, pair) for pair in (layers, more)]
    return {
        "all weights scaled: Omega": abs(omegas[0] - omegas[1]),
        "all weights scaled: D of corridors": float((both["D"] - both["D_more"]).abs().max()),
    }


def _relabelled(ground: Ground, layers: Matrices, rng: np.random.Generator) -> dict[str, float]:
    """Return the change when places change their names, and with them their order and every path's orientation."""
    order = rng.permutation(len(ground.names))
    own = ground.own_places.iloc[order].set_axis(pd.Index(ground.names, name="place_id"))
    centres = ground.places[ground.places["level"] == "country"]
    renamed = connected(pd.concat([centres, own]))
    other = (layers[0][np.ix_(order, order)], layers[1][np.ix_(order, order)])
    one, two = judged_matrices(ground, layers), judged_matrices(renamed, other)
    back = dict(zip(ground.names, ground.names[order], strict=True))
    ends = np.sort(two[["place_a", "place_b"]].replace(back).to_numpy(str), axis=1)
    two = two.assign(place_a=ends[:, 0], place_b=ends[:, 1])
    return {
        "places renamed: labels that differ": _differing(one, two),
        "places renamed: D, P": _gap(one, two),
        "places renamed: Omega": abs(omega_of_matrices(ground, layers) - omega_of_matrices(renamed, other)),
    }


def _rotated(ground: Ground, layers: Matrices) -> dict[str, float]:
    turned = _turned(ground)
    one, two = (judged_matrices(where, layers) for where in (ground, turned))
    tests = [system_test(*layers, g.distance_km, 0, SystemSettings(1)).full_margin for g in (ground, turned)]
    return {
        "longitudes rotated: m and r": max(abs(tests[0][name].observed - tests[1][name].observed) for name in "mr"),
        "longitudes rotated: share of labels that differ": _differing(one, two),
        "longitudes rotated: Omega": abs(omega_of_matrices(ground, layers) - omega_of_matrices(turned, layers)),
    }


def _clean_rotated(clean: Sites) -> dict[str, float]:
    """Return the change of D on corridors of their own, told by their own pairs."""
    layers = [np.zeros_like(clean.ground.distance_km) for _ in range(2)]
    for layer, ends in zip(layers, clean.stated, strict=True):
        is_main = (ends % 8 < 2).all(axis=1)
        layer += counted(ends[is_main], len(layer))
    pairs = clean.main_pairs()[["place_a", "place_b"]]
    found = [judged_matrices(where, layers).merge(pairs) for where in (clean.ground, _turned(clean.ground))]
    return {
        "longitudes rotated: labels of lone corridors that differ": _differing(*found),
        "longitudes rotated: D, P of lone corridors": _gap(*found),
    }


def _turned(ground: Ground) -> Ground:
    lon = (ground.places["lon"] + TURN_DEG + 180) % 360 - 180
    return connected(ground.places.assign(lon=lon), pairs=ground.net.pairs)


def _gap(one: pd.DataFrame, two: pd.DataFrame) -> float:
    """Return the largest difference of D and both P over all corridors; infinite where one has a corridor more."""
    first, second = _aligned((one, two))
    is_same = len(first) == len(second) and (first.isna() == second.isna()).all(axis=None)
    return float(np.nanmax((first - second).abs().to_numpy(), initial=0.0)) if is_same else float("inf")


def _aligned(frames: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    return [frame.set_index(["place_a", "place_b"]).sort_index()[NUMBERS] for frame in frames]


def _differing(one: pd.DataFrame, two: pd.DataFrame) -> float:
    """Return the share of corridors that do not carry the same label, or stand in one of the two only."""
    both = one.merge(two, on=["place_a", "place_b"], how="outer", suffixes=("", "_other"))
    return float((both["label"] != both["label_other"]).mean()) if len(both) else 0.0
