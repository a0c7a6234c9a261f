"""Terrorism incidents of the synthetic world: points around hubs of their own, independent of every corridor."""

import numpy as np
import pandas as pd

from data.sample_stage import FIRST_DAY, LAST_DAY, NONE, Geography, Number, Whole, Words, drawn, words
from data.sample_tables import FILE_NAME, KM_PER_DEGREE

LAYER, SOURCE_ID = "terrorism", "sample-terrorism"
KIND_SHARES: dict[str | None, float] = {
    "armed assault": 0.34,
    "bombing": 0.38,
    "kidnapping": 0.10,
    "assassination": 0.08,
    "facility attack": 0.07,
    "unarmed assault": 0.03,
}
TARGET_SHARES: dict[str | None, float] = {"civilians": 0.25, "police": 0.25, "military": 0.25, None: 0.25}
HUB_SIGMA = 1.4
SPREAD_KM = 50.0  # standard deviation around the city, each way
PRECISION_SHARES = (0.70, 0.18, 0.12)  # exact, place, country
GROUP_COUNT, NO_GROUP_SHARE, NO_COUNT_SHARE = 24, 0.4, 0.06


def incidents(rng: np.random.Generator, stage: Geography, count: int) -> pd.DataFrame:
    """Return incidents, one per row; the cell stays null: it follows from the point."""
    weight = np.exp(HUB_SIGMA * rng.normal(size=stage.city_count))
    city = rng.choice(stage.city_count, count, p=weight / weight.sum())
    day = FIRST_DAY + rng.integers(0, (LAST_DAY - FIRST_DAY).astype(int) + 1, count)
    numbers = pd.Series(np.arange(1, count + 1))
    kind = pd.Series(drawn(rng, KIND_SHARES, count), dtype="str")
    return pd.DataFrame(
        {
            "incident_id": SOURCE_ID + ":" + numbers.astype("str").str.zfill(6),
            "source_id": SOURCE_ID,
            "source_file": FILE_NAME,
            "source_row": numbers,
            "layer": LAYER,
            "incident_kind": kind,
            "incident_kind_raw": kind.str.capitalize(),
            **dict.fromkeys(("date_start", "date_end"), day.astype("datetime64[s]")),
            "date_precision": "day",
            "year": day.astype("datetime64[Y]").astype(np.int64) + 1970,
            **_located(rng, stage, city),
            "cell": pd.Series(np.full(count, pd.NA), dtype="Int64"),
            "actor_a": pd.Series(_group_names(rng, stage, city), dtype="str"),
            "actor_b": pd.Series(drawn(rng, TARGET_SHARES, count), dtype="str"),
            **_killed(rng, count),
        }
    )


def _group_names(rng: np.random.Generator, stage: Geography, city: Whole) -> Words:
    """Return the group to which an incident is ascribed, one per city; often none is."""
    group = rng.integers(1, GROUP_COUNT + 1, stage.city_count)[city]
    group[rng.random(len(city)) < NO_GROUP_SHARE] = 0
    names: Words = words([None, *(f"Fictional group {n:02d}" for n in range(1, GROUP_COUNT + 1))])[group]
    return names


def _located(rng: np.random.Generator, stage: Geography, city: Whole) -> dict[str, Words | Number]:
    """Return country, published place and point; a country-level incident has the country's point."""
    kind = rng.choice(3, len(city), p=PRECISION_SHARES)
    country = stage.country[city] + stage.city_count
    place = np.where(kind == 2, country, city)
    lat = stage.places["lat"].to_numpy(dtype=float)[place]
    spread = rng.normal(size=(2, len(city))) * SPREAD_KM / KM_PER_DEGREE * (kind == 0)
    lon = stage.places["lon"].to_numpy(dtype=float)[place] + spread[0] / np.cos(np.radians(lat))
    names, ids = words([*stage.places["name"], None]), words(list(stage.places["place_id"]))
    return {
        "country_id": ids[country],
        "country_raw": names[country],
        "place_raw": names[np.where(kind == 2, NONE, city)],
        "lon": (lon + 180) % 360 - 180,
        "lat": lat + spread[1],
        "precision": words(["exact", "place", "country"])[kind],
    }


def _killed(rng: np.random.Generator, count: int) -> dict[str, pd.Series]:
    killed = pd.Series(rng.negative_binomial(0.35, 0.16, count), dtype="Int64").mask(rng.random(count) < NO_COUNT_SHARE)
    low, high = rng.binomial(2, 0.15, (2, count))
    return {
        "killed_count_low": (killed - low).clip(lower=0),
        "killed_count": killed,
        "killed_count_high": killed + high,
    }
