"""S7 and S8: records that know a place only by its country, or lack an end."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.distance import Array
from geo.validation.compared import known_corridors
from geo.validation.corridors import SIZES, WORDS, is_true, precision, share
from geo.validation.ground import Ground, Whole, flows_of
from geo.validation.measured import Measured, Run, mean
from geo.validation.terrain import Case
from geo.validation.world import COMMON, INVERSE, Plan, World, world

SHARES = (0.3, 0.6)  # geo/README.md, "Validation"
PLANTED = ((COMMON, 0.07), (INVERSE, 0.07), (COMMON, 0.05), (INVERSE, 0.05))
KAPPA = 0.5  # weight of a destination that was not reached; geo/README.md, "What a record counts"
AT_END_SHARE = 0.5  # of seizures made at the destination, the rest on the way; chosen 2026-11
DETOUR_MAX = 1.15  # times the direct distance: places on the way; chosen 2026-11
TRUE_D = 0.4  # |true D| from which a corridor should be found where ends are missing; geo/README.md, "Validation"
Names = npt.NDArray[np.str_]


def s7(case: Case) -> Run:
    """Return how true labels are, and whether routes hold the truth, where many locations are known by country only."""
    rows = []
    for arm, hidden in enumerate(SHARES):
        worlds = [_by_country(made, hidden, at, rng) for at, made, rng in _worlds(case, 40 + arm)]
        found = pd.concat([corridors for corridors, _ in worlds])
        coarse, area = found[found["is_coarse"]], found.assign(true_D=found["area_D"])
        note = f"{len(coarse[coarse['label'].isin(WORDS)])} of the labels have a country at one end or both"
        name = f"{hidden:.0%} by country"
        rows += [
            Measured("S7", f"labels true along the corridor, {name}", ">=", 0.90, *precision(found), note),
            Measured("S7", f"labels true of the areas joined, {name}", ">=", 0.90, *precision(area)),
            Measured("S7", f"true path inside the halo, {name}", ">=", 0.85, *mean([halo for _, (halo, _) in worlds])),
            Measured(
                "S7",
                f"the same of records right but for that, {name}",
                ">=",
                None,
                *mean([halo for _, (_, halo) in worlds]),
            ),
        ]
    return Run(rows)


def s8(case: Case) -> Run:
    """Return how true labels are, and how many are found, where an end of many records is missing."""
    rows = []
    for arm, missing in enumerate((0.0, *SHARES)):
        found = pd.concat([_without_ends(made, missing, at, rng) for at, made, rng in _worlds(case, 50 + arm)])
        named = f"{missing:.0%} without origin or destination"
        wanted = found[found["true_D"].abs() >= TRUE_D]
        recall = share(wanted, wanted["label"].isin(WORDS) & is_true(wanted))
        rows.append(Measured("S8", f"labels true, {named}", ">=", 0.90 if missing else None, *precision(found)))
        rows.append(Measured("S8", f"corridors of |true D| >= {TRUE_D} found, {named}", ">=", None, *recall))
    return Run(rows)


def _worlds(case: Case, arm: int) -> "list[tuple[int, World, np.random.Generator]]":
    return [
        (at, world(ground, Plan(SIZES[at % len(SIZES)], PLANTED), rng), rng)
        for at, (ground, rng) in enumerate(case.grounds(arm))
    ]


def _by_country(
    made: World, hidden: float, at: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, tuple[float, float]]:
    """Return judged corridors with ``true_D`` (along them) and ``area_D`` (between their ends), and the halo's share.

    The share is of all records with a country in them, and of those that tell the right countries and places.
    """
    ground = made.ground
    flows: list[pd.DataFrame] = []
    halos: list[list[float]] = []
    for true, ends in zip(made.true, made.stated, strict=True):
        ids = np.where(rng.random(ends.shape) < hidden, ground.country_ids[ends], ground.names[ends])
        flows.append(flows_of(ground, ids[:, 0], ids[:, 1], np.ones(len(ids))))
        is_coarse = np.isin(ids, ground.country_ids).any(axis=1)
        is_right = is_coarse & ((ids == ground.names[true]) | (ids == ground.country_ids[true])).all(axis=1)
        halos.append([_inside_halo(ground, true[some], ids[some]) for some in (is_coarse, is_right)])
    expected = [_blurred(ground, rate, hidden) for rate in made.rates]
    found = known_corridors(ground, flows, expected)
    return found.assign(world=at, area_D=_area_agreement(made, found)), tuple(np.nanmean(halos, axis=0).tolist())


def _inside_halo(ground: Ground, true: Whole, stated_ids: Names) -> float:
    """Return the share of the true paths' kilometres on edges that the stated routes may use; NaN of no record."""
    rows = [
        _path_rows(ground, ids, network)
        for ids, network in ((ground.names[true], ground.travelled), (stated_ids, ground.stated))
    ]
    is_known = (rows[0] >= 0) & (rows[1] >= 0)
    used = ground.net.forward + ground.net.backward
    path, halo = (used[row[is_known]] for row in rows)
    on_path, total = (part @ ground.net.km for part in (path.multiply(halo > 0), path))
    return float(on_path.sum() / total.sum()) if total.sum() > 0 else float("nan")


def _path_rows(ground: Ground, ids: Names, network: str) -> Whole:
    """Return the row of the path between two ids, either way round; -1 where there is none."""
    first, second = np.sort(ids, axis=1).T
    keys = pd.MultiIndex.from_arrays([first, second, np.full(len(ids), network)])
    return np.asarray(ground.net.paths.reindex(keys).fillna(-1), dtype=np.int64)


def _blurred(ground: Ground, rate: Array, hidden: float) -> pd.DataFrame:
    """Return the flows that (N, N) rates give when each end is known by country with this chance."""
    row, column = np.nonzero(rate)
    parts = []
    for chance, origin in ((1 - hidden, ground.names), (hidden, ground.country_ids)):
        for other, destination in ((1 - hidden, ground.names), (hidden, ground.country_ids)):
            parts.append((origin[row], destination[column], chance * other * rate[row, column]))
    return flows_of(ground, *(np.concatenate(part) for part in zip(*parts, strict=True)))


def _area_agreement(made: World, corridors: pd.DataFrame) -> Array:
    """Return D of the expected journeys from one end's places to the other's and back; 0 where a layer has none."""
    ground = made.ground
    members = [
        (ground.names == corridors[name].to_numpy(str)[:, None])
        | (ground.country_ids == corridors[name].to_numpy(str)[:, None])
        for name in ("place_a", "place_b")
    ]
    first, second = (member.astype(np.float64) for member in members)
    agreement = np.ones(len(corridors))
    for rate in made.rates:
        onward = np.einsum("ci,ij,cj->c", first, rate, second, optimize=True)
        back = np.einsum("ci,ij,cj->c", second, rate, first, optimize=True)
        total = onward + back
        agreement *= np.divide(onward - back, total, out=np.zeros_like(total), where=total > 0)
    return agreement


def _without_ends(made: World, missing: float, at: int, rng: np.random.Generator) -> pd.DataFrame:
    ground = made.ground
    way = _on_the_way(ground)
    flows = [_seized(ground, ends, way, missing, rng) for ends in made.stated]
    expected = [_expected_legs(ground, rate, way) for rate in made.rates]
    return known_corridors(ground, flows, expected).assign(world=at)


def _on_the_way(ground: Ground) -> Array:
    """Return (N, N, N) chances that a journey from the first to the second place is seized in the third."""
    km, count = ground.distance_km, len(ground.names)
    through = km[:, None, :] + km.T[None, :, :] <= DETOUR_MAX * km[:, :, None]
    own = np.eye(count, dtype=bool)
    through &= ~own[:, None, :] & ~own[None, :, :]
    places = through.sum(axis=2, keepdims=True)
    on_way = np.where(places > 0, (1 - AT_END_SHARE) / np.maximum(places, 1), 0.0) * through
    at_end = own[None] * np.where(places > 0, AT_END_SHARE, 1.0)
    chances: Array = on_way + at_end
    return chances


def _seized(ground: Ground, ends: Whole, way: Array, missing: float, rng: np.random.Generator) -> pd.DataFrame:
    """Return the flows of records: departure to seizure, and seizure to the destination that was not reached."""
    seizure = (rng.random((len(ends), 1)) > np.cumsum(way[ends[:, 0], ends[:, 1]], axis=1)[:, :-1]).sum(axis=1)
    is_missing, is_origin = rng.random(len(ends)) < missing, rng.random(len(ends)) < 0.5
    has_origin, has_end = ~(is_missing & is_origin), ~(is_missing & ~is_origin)
    legs = ((ends[:, 0], seizure, has_origin, 1.0), (seizure, ends[:, 1], has_end, KAPPA))
    parts = [
        (ground.names[start[is_known]], ground.names[end[is_known]], np.full(is_known.sum(), weight))
        for start, end, is_known, weight in legs
    ]
    return flows_of(ground, *(np.concatenate(part) for part in zip(*parts, strict=True)))


def _expected_legs(ground: Ground, rate: Array, way: Array) -> pd.DataFrame:
    """Return the flows that (N, N) rates give when every record is complete."""
    legs = np.einsum("ij,ijs->is", rate, way) + KAPPA * np.einsum("ij,ijs->sj", rate, way)
    row, column = np.nonzero(legs)
    return flows_of(ground, ground.names[row], ground.names[column], legs[row, column])
