"""S1 to S4 and S15: are planted corridors found, are the words right, are the probabilities true?"""

import numpy as np
import pandas as pd

from geo.validation.bundles import recall
from geo.validation.compared import D_MIN
from geo.validation.corridors import (
    LEAST_COUNT,
    SIZES,
    VOLUMES,
    WORDS,
    calibration,
    calibration_error,
    called,
    clean,
    jackknife,
    messy,
    precision,
    share,
)
from geo.validation.measured import Measured, Run
from geo.validation.sites import CROSSING
from geo.validation.terrain import Case
from geo.validation.world import COMMON, INVERSE, TWO_WAY

RECALL_BINS = (  # least n, below n, least |true D|, bound; geo/README.md, "Validation"
    (15.0, 40.0, 0.7, 0.25),
    (40.0, 100.0, 0.7, 0.40),
    (100.0, np.inf, 0.4, 0.60),
)
BUNDLE_BOUNDS = {0.3: 0.35, 1.0: 0.55}  # recall of bundles by k; geo/README.md, "Validation"
SIGN_D = 0.2  # |true D| from which a direction can be right; geo/README.md, "Validation"


def s1(case: Case) -> Run:
    """Return the recall of common corridors, clean and messy, and of common bundles."""
    return Run(_recalls("S1", COMMON, messy(case, tuple((COMMON, volume) for volume in VOLUMES)), case))


def s2(case: Case) -> Run:
    """Return the same of inverse corridors, and how often words are swapped and signs right."""
    found = messy(case, tuple((INVERSE, volume) for volume in VOLUMES))
    rows = _recalls("S2", INVERSE, found, case)
    for unit, table in found.items():
        worded = table[table["label"].isin(WORDS)]
        signed = worded["true_D"].where(worded["label"] == "COMMON", -worded["true_D"])
        known = table[(table["n"] >= LEAST_COUNT) & (table["true_D"].abs() >= SIGN_D) & table["D"].notna()]
        right = share(known, np.sign(known["D"]) == np.sign(known["true_D"]))
        name = f"sign of D right, {unit}, n >= {LEAST_COUNT}, |true D| >= {SIGN_D}"
        rows += [
            Measured("S2", f"common and inverse swapped, {unit}, P >= .9", "<=", 0.01, *share(worded, signed < -D_MIN)),
            Measured("S2", name, ">=", 0.85, *right),
        ]
    return Run(rows)


def s3(case: Case) -> Run:
    """Return what decoys that cross at about a right angle are called."""
    found = clean(case, CROSSING)
    rows = [
        Measured("S3", "crossing decoys called common or inverse", "<=", 0.05, *called(found, *WORDS)),
        Measured("S3", "crossing decoys called CROSSING", ">=", 0.80, *called(found, "CROSSING"), _by_count(found)),
    ]
    return Run(rows)


def s4(case: Case) -> Run:
    """Return what corridors that both layers use both ways are called."""
    found = clean(case, TWO_WAY)
    return Run(
        [Measured("S4", "two-way corridors called MIXED", ">=", 0.80, *called(found, "MIXED"), _by_count(found))]
    )


def s15(case: Case) -> Run:
    """Return how true the probabilities are in messy worlds with two bundles of each kind."""
    planted = tuple((kind, volume) for volume in VOLUMES[:3:2] for kind in (COMMON, INVERSE))
    found = messy(case, planted)
    rows, curves = [], {}
    for unit, table in found.items():
        bins = calibration(table)
        gap = calibration_error(table), jackknife(table, calibration_error), int(bins["count"].sum())
        rows += [
            Measured("S15", f"expected calibration error of P in 10 bins, {unit}", "<=", 0.05, *gap),
            Measured("S15", f"labels at P >= .9 that are true, {unit}", ">=", 0.90, *precision(table)),
        ]
        curves[unit] = [{str(name): float(value) for name, value in row.items()} for row in bins.to_dict("records")]
    whole = precision(found["corridors"].assign(true_D=found["corridors"]["edge_D"]))
    name = "labels at P >= .9 that are true of all traffic on the corridor's edges, however short its part"
    return Run([*rows, Measured("S15", name, ">=", None, *whole)], curves)


def _recalls(scenario: str, kind: str, found: dict[str, pd.DataFrame], case: Case) -> list[Measured]:
    word, turn = kind.upper(), 1 if kind == COMMON else -1
    alone = clean(case, kind)
    rows = [Measured(scenario, f"clean {kind} corridors found", ">=", 0.80, *called(alone, word), _by_count(alone))]
    for unit, table in found.items():
        for least, below, d, bound in RECALL_BINS:
            wanted = table[(table["n"] >= least) & (table["n"] < below) & (turn * table["true_D"] >= d)]
            name = f"messy {kind} {unit} found, {_range(least, below)}, |true D| >= {d}"
            rows.append(Measured(scenario, name, ">=", bound, *called(wanted, word)))
    for size in SIZES:
        name = f"{kind} bundles of 5 % of a layer found at q .10, k = {size}"
        rows.append(Measured(scenario, name, ">=", BUNDLE_BOUNDS[size], *recall(case, size)[kind]))
    return rows


def _range(least: float, below: float) -> str:
    return f"n {least:.0f} to {below:.0f}" if np.isfinite(below) else f"n over {least:.0f}"


def _by_count(found: pd.DataFrame) -> str:
    """Return the labels of each number of planted records, for the note."""
    parts = []
    for n, group in found.groupby("n"):
        counts = group["label"].value_counts()
        parts.append(f"n {n:.0f}: " + " ".join(f"{label} {count}" for label, count in counts.items()))
    return "; ".join(parts)
