"""Judged corridors and segments of many worlds, each with its truth, and the shares that are read off them."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from geo.validation.compared import D_MIN, judged_matrices, known_corridors, known_segments
from geo.validation.ground import as_flows
from geo.validation.measured import ratio
from geo.validation.sites import SITE_COUNT, site_ground, sites
from geo.validation.terrain import Case
from geo.validation.world import RECORD_COUNT, Plan, counted, world

VOLUMES = (0.03, 0.05, 0.07, 0.15)  # of a layer, one per planted corridor; geo/README.md, "Validation"
LEAST_COUNT = 15  # records a layer from which a clean corridor must be found; geo/README.md, "Validation"
SIZES = (0.3, 1.0)  # k that bracket the real 0.125 to 1.7; geo/README.md, "Validation"
BIN_COUNT = 10  # of the calibration; geo/README.md, "Validation"
WORDS = ("COMMON", "INVERSE")
Figure = tuple[float, float, int]  # value, standard error, count


def messy(case: Case, planted: tuple[tuple[str, float], ...]) -> dict[str, pd.DataFrame]:
    """Return what is judged in worlds with hubs, noisy dyads and records that err, half with each of SIZES.

    Returns:
        ``corridors`` (between two places) and ``segments`` (chains of shared edges): ``world, is_coarse, label, D,
        P_common, P_inverse, n, true_D``; corridors also ``place_a, place_b, edge_D``.
    """
    parts: dict[str, list[pd.DataFrame]] = {"corridors": [], "segments": []}
    for at, (ground, rng) in enumerate(case.grounds(arm=1)):
        made = world(ground, Plan(SIZES[at % len(SIZES)], planted), rng)
        flows, expected = ([as_flows(ground, each) for each in layers] for layers in (made.matrices, made.rates))
        parts["corridors"].append(known_corridors(ground, flows, expected).assign(world=at))
        parts["segments"].append(known_segments(ground, flows, expected).assign(world=at))
    return {unit: pd.concat(frames, ignore_index=True) for unit, frames in parts.items()}


def clean(case: Case, kind: str) -> pd.DataFrame:
    """Return the planted corridors of worlds with SITE_COUNT sites of one kind, on great circles.

    Counts run from LEAST_COUNT over VOLUMES of a layer, drawn for each layer apart.

    Returns:
        ``world, site, place_a, place_b, label, n`` (records planted in the layer that has fewer).
    """
    counts = np.array([LEAST_COUNT, *(round(share * RECORD_COUNT) for share in VOLUMES)])
    parts = []
    for at in range(case.effort.worlds):
        rng = np.random.default_rng([case.seed, at, 2])
        made = sites(site_ground(rng), kind, rng.choice(counts, (SITE_COUNT, 2)), rng)
        found = judged_matrices(made.ground, [counted(ends, len(made.ground.names)) for ends in made.stated])
        pairs = made.main_pairs().merge(found[["place_a", "place_b", "label"]], how="left")
        parts.append(pairs.assign(world=at, label=pairs["label"].fillna("INSUFFICIENT")))
    return pd.concat(parts, ignore_index=True)


def called(corridors: pd.DataFrame, *words: str) -> Figure:
    """Return the share of corridors with one of these labels."""
    return share(corridors, corridors["label"].isin(words))


def share(corridors: pd.DataFrame, is_hit: "pd.Series[bool]") -> Figure:
    """Return the share of corridors that are hits, with the error over worlds."""
    by_world = is_hit.astype(np.float64).groupby(corridors["world"])
    return ratio(by_world.sum().to_list(), by_world.count().to_list())


def is_true(corridors: pd.DataFrame) -> "pd.Series[bool]":
    """Return whether the label COMMON or INVERSE is what the true D says."""
    signed = corridors["true_D"].where(corridors["label"] == "COMMON", -corridors["true_D"])
    return signed > D_MIN


def precision(corridors: pd.DataFrame) -> Figure:
    """Return the share of labels COMMON and INVERSE that are true."""
    worded = corridors[corridors["label"].isin(WORDS)]
    return share(worded, is_true(worded))


def calibration(corridors: pd.DataFrame) -> pd.DataFrame:
    """Return ``probability, observed, count`` by tenth of P, both probabilities of every judged corridor together."""
    known = corridors[corridors["P_common"].notna()]
    p = np.concatenate([known["P_common"], known["P_inverse"]])
    is_so = np.concatenate([known["true_D"] > D_MIN, known["true_D"] < -D_MIN]).astype(np.float64)
    tenth = np.minimum((p * BIN_COUNT).astype(np.int64), BIN_COUNT - 1)
    grouped = pd.DataFrame({"probability": p, "observed": is_so}).groupby(tenth)
    return grouped.mean().assign(count=grouped.size()).reset_index(drop=True)


def calibration_error(corridors: pd.DataFrame) -> float:
    """Return the mean distance of probability and observed share, weighted by the cases of each tenth."""
    table = calibration(corridors)
    return float(np.average((table["probability"] - table["observed"]).abs(), weights=table["count"]))


def jackknife(corridors: pd.DataFrame, statistic: Callable[[pd.DataFrame], float]) -> float:
    """Return the standard error of a statistic by leaving out one world at a time; NaN below two worlds."""
    worlds = corridors["world"].unique()
    if len(worlds) < 2:
        return float("nan")
    left = np.array([statistic(corridors[corridors["world"] != one]) for one in worlds])
    return float(np.sqrt((len(left) - 1) * left.var()))
