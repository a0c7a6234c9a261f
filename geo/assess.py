"""Two layers, judged: labels, how surprising they are, how firm they stand, and a class a reader can use."""

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from geo.bands import bands_of
from geo.compare import P_MIN
from geo.distance import Array
from geo.flowfield import Network, along, balance, sums
from geo.posterior import marginal
from geo.significance import Q_MAX

WEIGHTINGS = {"events": "", "items": "_items", "exposure": "_exposure"}  # and how their columns end
KAPPAS = (0.0, 0.5, 1.0)  # geo/README.md, "How firm, how surprising"
DELTAS = (0.03, 0.08, 0.15)  # geo/README.md, "How firm, how surprising"
P_LEANING = 0.7  # geo/README.md, "How firm, how surprising": below it no class but D
CLASSES = ("A", "B", "C", "D")
COLUMNS = ("row", "weighting", "kappa", "delta", "D", "P_common", "P_inverse")


@dataclass(frozen=True)
class Setting:
    """One way to weigh records: a weighting, and what a destination counts that was not reached."""

    weighting: str = "events"
    kappa: float = 0.5


def weighted(parts: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    """Return flows with their ``weight`` under a setting.

    Args:
        parts: ``observed, intended`` and the same ending in ``_items`` and ``_exposure``; see WEIGHTINGS.
        setting: How to weigh.
    """
    end = WEIGHTINGS[setting.weighting]
    return parts.assign(weight=parts[f"observed{end}"] + setting.kappa * parts[f"intended{end}"])


def firm(net: Network, parts: tuple[pd.DataFrame, pd.DataFrame], corridors: pd.DataFrame) -> pd.DataFrame:
    """Return ``P_least`` and ``flips`` (see ``firmness``) of the corridors that lean to a word, missing for the others.

    Args:
        net: The release's network.
        parts: As ``sensitivity`` takes them.
        corridors: ``place_a, place_b, is_coarse, D, P_common, P_inverse``, any index.
    """
    leaning = corridors[corridors[["P_common", "P_inverse"]].max(axis=1) >= P_LEANING]
    return firmness(leaning, sensitivity(net, parts, leaning)).reindex(corridors.index)


def sensitivity(net: Network, parts: tuple[pd.DataFrame, pd.DataFrame], corridors: pd.DataFrame) -> pd.DataFrame:
    """Return what each corridor would be under every weighting, kappa and delta.

    Args:
        net: The release's network.
        parts: Both layers' flows as ``weighted`` takes them, with ``origin_id, destination_id, network, is_coarse``.
        corridors: ``place_a, place_b, is_coarse`` of the corridors asked about, as ``Comparison.corridors``.

    Returns:
        27 rows a corridor, in its order: ``row`` (its position), ``weighting, kappa, delta, D, P_common, P_inverse``;
        NaN where a layer has no record left.
    """
    tables = []
    for is_coarse in (False, True):
        rows = np.flatnonzero(corridors["is_coarse"] == is_coarse)
        if len(rows):
            level = [part[part["is_coarse"] == is_coarse] for part in parts]
            found = _level(net, (level[0], level[1]), corridors.iloc[rows])
            tables.append(found.assign(row=rows[found["row"]]))
    whole = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(COLUMNS))
    return whole.sort_values(list(COLUMNS[:4]), ignore_index=True)[list(COLUMNS)]


def _level(net: Network, parts: tuple[pd.DataFrame, pd.DataFrame], corridors: pd.DataFrame) -> pd.DataFrame:
    """Return sensitivity's rows for corridors of one level; the bands are those of full weight."""
    own = sum(np.add(*along(net, weighted(part, Setting(kappa=1.0)), "weight")) for part in parts)
    keys = pd.MultiIndex.from_frame(corridors[["place_a", "place_b"]])
    pairs = pd.Series(np.arange(len(net.pairs)), pd.MultiIndex.from_frame(net.pairs)).reindex(keys).to_numpy(np.int64)
    bands = bands_of(net, pairs, np.asarray(own))
    settings = list(product(WEIGHTINGS, KAPPAS))
    ways = [sums(net, part, _weights(part, settings)) for part in parts]
    a, b = ([side.T.ravel() for side in bands.records(net, way)] for way in ways)  # by setting, then by corridor
    cases = [[(there.T.ravel(), back.T.ravel()) for there, back in bands.cases(net, way)] for way in ways]
    names = pd.DataFrame(settings, columns=["weighting", "kappa"])
    found = names.loc[np.repeat(names.index, len(corridors))].reset_index(drop=True)
    found["row"] = np.tile(np.arange(len(corridors)), len(settings))
    found["D"] = balance(*a) * balance(*b)
    words = {delta: marginal(cases[0], cases[1], delta) for delta in DELTAS}
    tables = [found.assign(delta=delta, P_common=p[0], P_inverse=p[1]) for delta, p in words.items()]
    is_known = (np.add(*a) > 0) & (np.add(*b) > 0)
    for table in tables:
        table.loc[~is_known, ["D", "P_common", "P_inverse"]] = np.nan
    return pd.concat(tables, ignore_index=True)


def _weights(parts: pd.DataFrame, settings: list[tuple[str, float]]) -> Array:
    """Return the (parts, settings) weights of a layer's parts."""
    return np.column_stack([weighted(parts, Setting(*setting))["weight"].to_numpy(np.float64) for setting in settings])


def firmness(corridors: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Return how each corridor's direction stands up to other settings, one row a corridor, in its order.

    Args:
        corridors: ``D, P_common, P_inverse``.
        found: What ``sensitivity`` says of the same corridors.

    Returns:
        ``P_least``, the least probability of the likelier word over all settings that leave records of both layers,
        and ``flips``, the settings under which D has the other sign, as words ("" where none; null where not judged).
    """
    is_inverse = (corridors["P_inverse"] > corridors["P_common"]).to_numpy()
    row = found["row"].to_numpy(np.int64)
    mine = found["P_inverse"].where(pd.Series(is_inverse[row], found.index), found["P_common"])
    least = mine.groupby(row).min().reindex(range(len(corridors)))
    is_turned = (found["D"] * corridors["D"].to_numpy(np.float64)[row] < 0).to_numpy()
    said: list[dict[str, None]] = [{} for _ in range(len(corridors))]
    turned = found[is_turned]
    for at, weighting, kappa in zip(row[is_turned], turned["weighting"], turned["kappa"], strict=True):
        said[at][f"{weighting} at kappa {kappa:g}"] = None
    flips = [", ".join(each) if known else None for each, known in zip(said, corridors["D"].notna(), strict=True)]
    return pd.DataFrame({"P_least": least.to_numpy(np.float64), "flips": pd.Series(flips, dtype=object)}).set_index(
        corridors.index
    )


def evidence_class(corridors: pd.DataFrame) -> pd.Series:
    """Return the class A to D of each corridor (geo/README.md, "How firm, how surprising").

    A: a word with P of 0.9 or more that is also more than hubs and distance give (q of 0.1 or less). B: such a word
    that they do give, or that was not tested. C: P from 0.7, or a word whose direction turns under another setting.
    D: everything else.

    Args:
        corridors: ``P_common, P_inverse, q_full_margin, flips``.
    """
    p = corridors[["P_common", "P_inverse"]].max(axis=1).to_numpy(np.float64)
    is_firm = (corridors["flips"] == "").to_numpy()
    is_sure = (p >= P_MIN) & is_firm
    is_found = (corridors["q_full_margin"] <= Q_MAX).to_numpy()
    chosen = np.select([is_sure & is_found, is_sure, p >= P_LEANING], CLASSES[:3], CLASSES[3])
    return pd.Series(chosen, corridors.index, dtype="str")
