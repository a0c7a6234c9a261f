"""Canonical tables of one synthetic layer: observations and their waypoints, some printed twice."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from data.sample_flows import DESTINATION, ORIGIN, SEIZURE, chosen
from data.sample_records import Layer, Records
from data.sample_stage import DAY, LAST_DAY, NONE, Days, Flag, Geography, Number, Whole, Words, drawn, located, words

FILE_NAME = "synthetic"
REPEATED_SHARE = 0.05  # of distinct records, published twice: 9.5 % of rows
EXACT_SHARE, JITTER_KM, KM_PER_DEGREE = 0.65, 20.0, 111.2
DATE_SHARES: dict[str | None, float] = {"day": 0.77, "month": 0.15, "year": 0.08}  # of records with an exact point
MODES = ("land_road", "sea", "air", "rail", "mail", "pedestrian", "river", "other", None)
MODE_EDGES_KM = (800.0, 3000.0)
MODE_SHARES = (  # one row per distance class; chosen by eye, 2026-11
    (0.52, 0.06, 0.03, 0.03, 0.04, 0.04, 0.03, 0.01, 0.24),
    (0.33, 0.18, 0.12, 0.04, 0.06, 0.00, 0.02, 0.01, 0.24),
    (0.06, 0.34, 0.25, 0.01, 0.09, 0.00, 0.00, 0.01, 0.24),
)
MODI_SHARES: dict[str | None, float] = {
    "concealed": 0.26,
    "parcel": 0.09,
    "parts": 0.06,
    "converted": 0.05,
    "darknet": 0.03,
    "printed": 0.02,
    "other": 0.04,
    None: 0.45,
}
NO_BORDER_SHARE, NO_COUNT_SHARE, PIECE_ODDS = 0.2, 0.05, 0.45
KG_MEDIAN_BY_GROUP = {"cocaine": 4.0, "opiates": 1.2, "amphetamine-type": 0.8, "cannabis": 9.0, "other": 0.5}
KG_LOG_SIGMA = 2.0
UNITS, UNIT_SHARES = ("kg", "g", "tablets"), (0.75, 0.20, 0.05)
RELIABILITY = {"firearms": "B", "drugs": "B", "human_trafficking": "C"}  # of the synthetic register of each layer
CREDIBILITY_SHARES: dict[str | None, float] = {"1": 0.15, "2": 0.70, "3": 0.10, None: 0.05}  # chosen by eye, 2026-11
EMPTY = ("source_column", "production_id", "production_raw")  # no synthetic source fills these


@dataclass(frozen=True)
class Published:
    """The rows of one layer and the distinct records behind them; the first observations are the records, in order."""

    observations: pd.DataFrame
    waypoints: pd.DataFrame
    records: Records


def published(rng: np.random.Generator, stage: Geography, layer: Layer, found: Records) -> Published:
    """Return one layer's tables, one in twenty records printed twice, in an order that says nothing."""
    spread = _spread(rng, stage, found)
    content = _content(rng, stage, layer, found).assign(**_dates(rng, found.day, spread[:, 0] != 0))
    twice = chosen(rng, np.ones(len(found)), round(REPEATED_SHARE * len(found)))
    group = np.concatenate([np.arange(len(found)), twice])
    observations = pd.DataFrame(
        {
            "obs_id": _ids(layer.source_id, group, len(found)),
            "source_id": layer.source_id,
            "source_file": FILE_NAME,
            "source_row": rng.permutation(len(group)) + 1,
            "repeat_count": np.bincount(group)[group],
        }
    )
    observations = pd.concat([observations, content.iloc[group].reset_index(drop=True)], axis=1)
    points = _waypoints(stage, found, spread, _roles(rng, layer, found))
    return Published(observations, _repeated(points, twice, observations["obs_id"]), found)


def _ids(source_id: str, group: Whole, distinct_count: int) -> pd.Series:
    number = pd.Series(group + 1).astype("str").str.zfill(6)
    occurrence = pd.Series(np.where(np.arange(len(group)) < distinct_count, ":1", ":2"), dtype="str")
    return source_id + ":" + number + occurrence


def _repeated(points: pd.DataFrame, twice: Whole, obs_id: pd.Series) -> pd.DataFrame:
    """Return waypoints (with their record's number) for first and second printings, keyed by observation."""
    number = points["record"].to_numpy()
    again = np.full(len(obs_id), NONE)
    again[twice] = np.arange(len(twice)) + len(obs_id) - len(twice)
    second = again[number] != NONE
    row = np.concatenate([number, again[number[second]]])
    both: pd.DataFrame = pd.concat([points, points[second]], ignore_index=True)
    both["obs_id"] = obs_id.to_numpy()[row]
    return both.drop(columns="record")


def _spread(rng: np.random.Generator, stage: Geography, found: Records) -> Number:
    """Return degrees east and north from the city's point, within 20 km; 0 for seizures known by city or country."""
    place = found.stops[:, SEIZURE]
    away_km = JITTER_KM * np.sqrt(rng.random(len(found)))
    angle = rng.uniform(0, 2 * np.pi, len(found))
    is_exact = (rng.random(len(found)) < EXACT_SHARE) & (place < stage.city_count)
    lat = stage.places["lat"].to_numpy(dtype=float)[place]
    north = away_km * np.sin(angle) / KM_PER_DEGREE
    east = away_km * np.cos(angle) / (KM_PER_DEGREE * np.cos(np.radians(lat)))
    return np.asarray(np.column_stack([east, north]) * is_exact[:, None])


def _waypoints(stage: Geography, found: Records, spread: Number, roles: Words) -> pd.DataFrame:
    record, slot = np.nonzero(found.is_stated)
    moved = spread[record] * (slot == SEIZURE)[:, None]
    points = pd.DataFrame(located(stage, found.stops[record, slot]))
    points["lon"] = (points["lon"] + moved[:, 0] + 180) % 360 - 180
    points["lat"] += moved[:, 1]
    points["precision"] = points["precision"].mask(moved[:, 0] != 0, "exact")
    seq = (np.cumsum(found.is_stated, axis=1) - 1)[record, slot]
    return points.assign(record=record, seq=seq, role=roles[record, slot])


def _roles(rng: np.random.Generator, layer: Layer, found: Records) -> Words:
    names = words(["manufacture", "departure", "transit", "transit", layer.last_role, "intended_destination"])
    roles = np.tile(names, (len(found), 1))
    is_legal = found.is_traced | (rng.random(len(found)) < layer.origin_roles.get("last_legal", 0.0))
    roles[is_legal, ORIGIN] = "last_legal"
    roles[found.is_citizenship, ORIGIN] = "citizenship"
    return roles


def _content(rng: np.random.Generator, stage: Geography, layer: Layer, found: Records) -> pd.DataFrame:
    count, nothing = len(found), _text(words([None] * len(found)))
    commodity = _text(drawn(rng, layer.commodities, count))
    mode, border = _text(_modes(rng, stage, found)), _text(_border_directions(rng, stage, found))
    modus = _text(drawn(rng, MODI_SHARES, count)) if layer.name == "firearms" else nothing
    number = "sample-trace:" + pd.Series(np.arange(1, count + 1)).astype("str").str.zfill(6)
    return pd.DataFrame(
        {
            "layer": layer.name,
            "record_kind": layer.record_kind,
            "commodity": commodity,
            "commodity_raw": commodity.str.capitalize(),
            **(_masses(rng, commodity) if layer.name == "drugs" else _pieces(rng, layer, count)),
            "transport_mode": mode,
            "transport_mode_raw": mode.str.replace("_", " "),
            "border_direction": border,
            "modus_operandi": modus,
            "modus_operandi_raw": modus.str.capitalize(),
            "trace_id": number.where(found.is_traced),
            "reliability": RELIABILITY[layer.name],
            "credibility": _text(drawn(rng.spawn(1)[0], CREDIBILITY_SHARES, count)),
        }
    ).assign(case_count=1, case_count_high=1, is_suppressed=False, is_subtotal=False, **dict.fromkeys(EMPTY, nothing))


def _text(values: Words) -> pd.Series:
    return pd.Series(values, dtype="str")


def _dates(rng: np.random.Generator, day: Days, may_be_vague: Flag) -> dict[str, Days | Words]:
    """Return first and last day; only records with an exact point may be vague in time, so that no two look alike."""
    precision = np.where(may_be_vague, drawn(rng, DATE_SHARES, len(day)), words(["day"]))
    month, year = day.astype("datetime64[M]"), day.astype("datetime64[Y]")
    is_kind = [precision == "month", precision == "year"]
    start = np.select(is_kind, [month.astype("datetime64[D]"), year.astype("datetime64[D]")], day)
    after = month + np.timedelta64(1, "M"), year + np.timedelta64(1, "Y")
    ends = [unit.astype("datetime64[D]") - DAY for unit in after]
    end = np.minimum(np.select(is_kind, ends, day), LAST_DAY)
    return {
        "date_start": start.astype("datetime64[s]"),
        "date_end": end.astype("datetime64[s]"),
        "date_precision": precision,
    }


def _modes(rng: np.random.Generator, stage: Geography, found: Records) -> Words:
    before, at = found.stops[:, ORIGIN], found.stops[:, SEIZURE]
    is_known = (before != NONE) & (np.maximum(before, at) < stage.city_count)
    pair = np.where(is_known, before, 0), np.where(is_known, at, 0)
    length_km = np.where(is_known, stage.distance_km[pair], float(np.mean(MODE_EDGES_KM)))
    edges = np.cumsum(np.array(MODE_SHARES), axis=1)[np.searchsorted(MODE_EDGES_KM, length_km)]
    at_mode = (rng.random(len(found))[:, None] > edges).sum(axis=1)
    picked: Words = words(MODES)[np.minimum(at_mode, len(MODES) - 1)]
    return picked


def _border_directions(rng: np.random.Generator, stage: Geography, found: Records) -> Words:
    country = np.concatenate([stage.country, np.arange(stage.strength.size), [NONE]])
    origin, at, end = (country[found.stops[:, slot]] for slot in (ORIGIN, SEIZURE, DESTINATION))
    came, goes_on = (origin != NONE) & (origin != at), (end != NONE) & (end != at)
    result = words([None] * len(found))
    result[came] = "inbound"
    result[came & goes_on] = "transit"
    result[(origin == at) & goes_on] = "outbound"
    result[(origin == at) & ~goes_on] = "domestic"
    result[rng.random(len(found)) < NO_BORDER_SHARE] = None
    return result


def _pieces(rng: np.random.Generator, layer: Layer, count: int) -> dict[str, pd.Series]:
    pieces = pd.Series(rng.geometric(PIECE_ODDS, count), dtype="Int64").mask(rng.random(count) < NO_COUNT_SHARE)
    unit = pd.Series("firearms" if layer.name == "firearms" else "persons", index=pieces.index, dtype="str")
    return {
        "quantity": pieces.astype("Float64"),
        "quantity_unit_raw": unit.where(pieces.notna()),
        "quantity_kg": pd.Series(np.nan, index=pieces.index),
        "item_count": pieces,
    }


def _masses(rng: np.random.Generator, group: pd.Series) -> dict[str, pd.Series]:
    """Return quantities in kilograms, grams or tablets; tablets have no known mass, and nothing is counted."""
    count = len(group)
    unit = rng.choice(len(UNITS), count, p=UNIT_SHARES)
    median = group.map(KG_MEDIAN_BY_GROUP).to_numpy(dtype=float)
    kg = np.maximum(np.round(median * rng.lognormal(0.0, KG_LOG_SIGMA, count), 3), 0.001)
    return {
        "quantity": pd.Series(np.choose(unit, [kg, np.round(kg * 1000), np.ceil(kg * 100)])),
        "quantity_unit_raw": _text(words(UNITS)[unit]),
        "quantity_kg": pd.Series(kg).mask(unit == UNITS.index("tablets")),
        "item_count": pd.Series(pd.NA, index=group.index, dtype="Int64"),
    }
