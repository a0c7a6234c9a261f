"""S0 and S6, and the recall of bundles: the tests against the null model in worlds with a known answer."""

from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.multiplex import RUNGS, SystemSettings, system_test
from geo.significance import BundleSettings, bundle_tests
from geo.system import omega_between
from geo.validation.ground import Ground
from geo.validation.measured import Measured, Run, mean, ratio
from geo.validation.terrain import Case
from geo.validation.world import COMMON, INVERSE, Plan, World, world

INDEPENDENT_SIZES = (0.3, 1.0, 3.0)  # k; geo/README.md, "Validation"
PLANTED_SIZES = (0.3, 1.0)
ALPHA = 0.05
NEAR_KM, FAR_KM = 900.0, 1800.0  # how far from the planted ends a found bundle may lie: recall, false share
BUNDLE_SHARES = (0.05, 0.05, 0.05)  # of a layer, for each kind; geo/README.md, "Validation"
ERROR_SHARES = (0.03, 0.05, 0.07)  # the same where directions err: 40, 80 and 160 records
WRONG_WAYS = (0.0, 0.05, 0.10, 0.15)  # geo/README.md, "Validation"
STATISTICS = ("m", "r", "omega")
ROLES = {False: "", True: " (senders coincide)"}


def s0(case: Case) -> Run:
    """Return how often independent layers that share hubs are called aligned, opposed or bundled.

    Where the layers' senders coincide, the polarity rung rejects as it should: shown without a bound.
    """
    case = case.on_great_circles()
    tests, bundles = [], []
    for arm, (roles, size) in enumerate(product((False, True), INDEPENDENT_SIZES)):
        for ground, rng in case.grounds(arm):
            made = world(ground, Plan(size, has_common_roles=roles), rng)
            tests += [{"size": size, "roles": roles, **row} for row in _system_rows(made, case.effort.draws)]
            found = _bundles(made, case.effort.draws)
            bundles.append({"size": size, "roles": roles, "is_hit": bool(found["is_found"].any())})
    return Run([*_rejections(pd.DataFrame(tests)), *_discoveries(pd.DataFrame(bundles))])


def s6(case: Case) -> Run:
    """Return the realised share of false discoveries where directions are misreported."""
    rows = []
    planted = tuple((kind, share) for share in ERROR_SHARES for kind in (COMMON, INVERSE))
    for arm, wrong_way in enumerate(WRONG_WAYS):
        false = [
            _false_share(made, _bundles(made, case.effort.draws))
            for made in _planted_worlds(case, 10 + arm, planted, PLANTED_SIZES, wrong_way)
        ]
        name = f"false share of found bundles at q .10, {wrong_way:.0%} misreported"
        rows.append(Measured("S6", name, "<=", 0.10, *mean(false), f"mean over worlds, truth within {FAR_KM:.0f} km"))
    return Run(rows)


def recall(case: Case, size: float) -> dict[str, tuple[float, float, int]]:
    """Return the share of planted bundles that are found, by kind, with its error and the number planted."""
    planted = tuple((kind, share) for share in BUNDLE_SHARES for kind in (COMMON, INVERSE))
    hits: dict[str, list[float]] = {COMMON: [], INVERSE: []}
    for made in _planted_worlds(case, 20, planted, (size,), Plan().wrong_way_share):
        found = _bundles(made, case.effort.draws)
        found = found[found["is_found"]]
        for kind in hits:
            rows = found[found["kind"] == kind]
            bundles = [bundle for bundle in made.bundles if bundle.kind == kind]
            ends = [(bundle.origin, bundle.destination) for bundle in bundles]
            hits[kind].append(float(sum(_near(made.ground, rows, end, NEAR_KM).any() for end in ends)))
    return {kind: ratio(each, np.full(len(each), len(BUNDLE_SHARES))) for kind, each in hits.items()}


def _planted_worlds(
    case: Case, arm: int, planted: tuple[tuple[str, float], ...], sizes: tuple[float, ...], wrong_way: float
) -> list[World]:
    return [
        world(ground, Plan(sizes[at % len(sizes)], planted, wrong_way_share=wrong_way), rng)
        for at, (ground, rng) in enumerate(case.on_great_circles().grounds(arm))
    ]


def _system_rows(made: World, draws: int) -> list[dict[str, object]]:
    ground = made.ground
    settings = SystemSettings(draws, omega_of=omega_between(ground.own_places))
    tested = system_test(*made.matrices, ground.distance_km, 0, settings)
    return [
        {"rung": rung, "statistic": name, "p": getattr(tested, rung)[name].p} for rung in RUNGS for name in STATISTICS
    ]


def _bundles(made: World, draws: int) -> pd.DataFrame:
    return bundle_tests(*made.matrices, made.ground.distance_km, 0, BundleSettings(draw_count=draws))


def _rejections(tests: pd.DataFrame) -> list[Measured]:
    """Return, by rung and statistic, the share of p <= ALPHA and whether p-values are nowhere too small."""
    from scipy.stats import kstest  # slow to load, and not wanted before a validation runs

    rows = []
    tests = tests.dropna(subset="p").assign(is_hit=tests["p"] <= ALPHA)
    for (roles, rung, name), group in tests.groupby(["roles", "rung", "statistic"], sort=False):
        label = f"{name}, {str(rung).replace('_', ' ')}{ROLES[bool(roles)]}"
        is_null = not (roles and rung == "polarity")
        rows.append(Measured("S0", f"rejected at .05: {label}", "<=", 0.08 if is_null else None, *_hits(group)))
        p = float(kstest(group["p"].to_numpy(), "uniform", alternative="greater").pvalue)
        least = ALPHA if is_null else None
        rows.append(Measured("S0", f"p of KS test for p-values too small: {label}", ">=", least, p, count=len(group)))
    return rows


def _discoveries(found: pd.DataFrame) -> list[Measured]:
    name = "worlds with any bundle found at q .10"
    return [
        Measured("S0", f"{name}{ROLES[bool(roles)]}", "<=", 0.15, *_hits(group))
        for roles, group in found.groupby("roles", sort=False)
    ]


def _hits(group: pd.DataFrame) -> tuple[float, float, int, str]:
    """Return the share of hits, its error, the number of worlds, and the share for each k as a note."""
    by_size = group.groupby("size")["is_hit"].mean()
    return *mean(group["is_hit"].to_numpy(np.float64)), ", ".join(f"k = {k}: {one:.3f}" for k, one in by_size.items())


def _false_share(made: World, tested: pd.DataFrame) -> float:
    """Return the share of found bundles along which the second layer has nothing planted that way; 0 of none."""
    found = tested[tested["is_found"]]
    is_true = np.zeros(len(found), dtype=bool)
    for bundle in made.bundles:
        for origin, destination in bundle.ways(1):
            for kind, ends in ((COMMON, (origin, destination)), (INVERSE, (destination, origin))):
                is_true |= (found["kind"] == kind).to_numpy() & _near(made.ground, found, ends, FAR_KM)
    return float((~is_true).mean()) if len(found) else 0.0


def _near(ground: Ground, rows: pd.DataFrame, ends: tuple[int, int], limit_km: float) -> npt.NDArray[np.bool_]:
    """Return which bundles begin and end within a distance of these places."""
    at = rows["origin"].to_numpy(np.int64), rows["destination"].to_numpy(np.int64)
    distance = ground.distance_km
    is_near: npt.NDArray[np.bool_] = (distance[at[0], ends[0]] <= limit_km) & (distance[at[1], ends[1]] <= limit_km)
    return is_near
