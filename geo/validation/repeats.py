"""S9: seizures that are reported twice."""

import numpy as np
import pandas as pd

from data.identity import identities
from geo.validation.ground import flows_of
from geo.validation.measured import Measured, Run, mean
from geo.validation.terrain import Case
from geo.validation.world import Plan, World, world

TWICE_SHARE = 0.20  # geo/README.md, "Validation"
DAYS = 5 * 365
KG_SIGMA = 2.0  # of the log of quantities; chosen 2026-11
PAIR_MIN = 10.0  # records of a pair of places whose own count is held against the truth
KEYS = ("origin", "destination", "day", "kg")


def s9(case: Case) -> Run:
    """Return how far counts move when a fifth of all seizures is published twice.

    Twice in one file, word for word, is what the import can see; twice in two sources, it cannot.
    """
    moved: dict[str, list[float]] = {"in one file": [], "by two sources": []}
    of_pairs: dict[str, list[float]] = {name: [] for name in moved}
    for ground, rng in case.on_great_circles().grounds(arm=9):
        made = world(ground, Plan(), rng)
        once = _records(made, rng)
        again = once[rng.random(len(once)) < TWICE_SHARE]
        plain = _weights(once)
        for name, second in (("in one file", again), ("by two sources", again.assign(source="second"))):
            weighed = _weights(pd.concat([once, second], ignore_index=True))
            moved[name].append(abs(weighed["weight"].sum() / plain["weight"].sum() - 1))
            of_pairs[name].append(_pair_change(made, plain, weighed))
    rows = []
    for name in moved:
        rows.append(Measured("S9", f"change of all counts, repeated {name}", "<=", 0.02, *mean(moved[name])))
        label = f"change of the counts of single pairs, repeated {name}"
        rows.append(Measured("S9", label, "<=", 0.02, *mean(of_pairs[name]), "largest pair of each world"))
    return Run(rows)


def _records(made: World, rng: np.random.Generator) -> pd.DataFrame:
    """Return ``source, origin, destination, day, kg`` of the first layer's seizures."""
    ends = made.stated[0]
    names = made.ground.names
    return pd.DataFrame(
        {
            "source": "first",
            "origin": names[ends[:, 0]],
            "destination": names[ends[:, 1]],
            "day": rng.integers(0, DAYS, len(ends)),
            "kg": np.round(rng.lognormal(0, KG_SIGMA, len(ends)), 1),
        }
    )


def _weights(records: pd.DataFrame) -> pd.DataFrame:
    """Return the records, each weighing one over the number of times its file states it."""
    parts = [
        part.assign(
            weight=1
            / identities(str(name), [part[key].reset_index(drop=True) for key in KEYS])["repeat_count"].to_numpy()
        )
        for name, part in records.groupby("source")
    ]
    return pd.concat(parts, ignore_index=True)


def _pair_change(made: World, plain: pd.DataFrame, weighed: pd.DataFrame) -> float:
    """Return the largest relative change of a pair's count; NaN where no pair has PAIR_MIN records."""
    counts = []
    for frame in (plain, weighed):
        origin, destination = (frame[name].to_numpy(str) for name in KEYS[:2])
        flows = flows_of(made.ground, origin, destination, frame["weight"].to_numpy(np.float64))
        counts.append(flows.set_index(["origin_id", "destination_id"])["weight"])
    before, after = counts
    known = before[before >= PAIR_MIN]
    return float((after.reindex(known.index) / known - 1).abs().max())
