"""The synthetic world: a fixed seed, planted truth, real place names and invented flows.

Every record is made by a seeded generator. Nothing here says anything about any real place, person or event: cities
and countries are real only so that the maps can be read. ``truth`` states what was planted, so that a reader can
check what the method finds against what is there.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from data.parsed import Parsed
from data.sample_custody import custody_events
from data.sample_flows import background, joined, pair_weights, planted
from data.sample_incidents import SOURCE_ID as INCIDENT_SOURCE_ID
from data.sample_incidents import incidents
from data.sample_plan import CORRIDORS, Corridor, promised_count, streams
from data.sample_records import Layer, Records, records
from data.sample_stage import FIRST_DAY, LAST_DAY, NONE, Flag, Geography, Whole, geography
from data.sample_tables import REPEATED_SHARE, Published, published

DEFAULT_SEED = 20260101
INCIDENT_COUNT = 15_000
PART_SCALE = 1.5  # of the world that is made, stored and forgotten at a time: a quarter of a million records
NOTE = "SYNTHETIC: made by a seeded generator; says nothing about any real place or person."

LAYERS = (
    Layer(
        "firearms",
        "seizure",
        60_000,
        {"last_legal": 0.4, "departure": 0.6},
        "seizure",
        {"pistol": 0.45, "revolver": 0.12, "rifle": 0.18, "shotgun": 0.13, "submachine gun": 0.04, "parts": 0.08},
    ),
    Layer(
        "drugs",
        "seizure",
        80_000,
        {"departure": 1.0},
        "seizure",
        {"cocaine": 0.24, "opiates": 0.16, "amphetamine-type": 0.18, "cannabis": 0.36, "other": 0.06},
    ),
    Layer(
        "human_trafficking",
        "detection",
        30_000,
        {"citizenship": 0.35, "departure": 0.65},
        "detection",
        {"sexual exploitation": 0.48, "forced labour": 0.39, "other": 0.13},
    ),
)
TITLES = {
    "sample-firearms": "Synthetic firearms seizures and traces (not real)",
    "sample-drugs": "Synthetic drug seizures (not real)",
    "sample-human-trafficking": "Synthetic human-trafficking detections (not real)",
    INCIDENT_SOURCE_ID: "Synthetic terrorism incidents (not real)",
}


@dataclass(frozen=True)
class World:
    """The synthetic world: canonical tables of each of its sources, and what was planted in them (fit for JSON)."""

    sources: dict[str, Parsed]
    truth: dict[str, Any]

    @property
    def parsed(self) -> Parsed:
        """The tables of all sources, one below the other."""
        parts = list(self.sources.values())

        def whole(name: str) -> pd.DataFrame:
            rows: list[pd.DataFrame] = [getattr(part, name) for part in parts]
            return pd.concat([frame for frame in rows if len(frame)], ignore_index=True)

        return Parsed(
            row_count_read=sum(part.row_count_read for part in parts),
            observations=whole("observations"),
            waypoints=whole("waypoints"),
            custody_events=whole("custody_events"),
            incidents=whole("incidents"),
            places=parts[0].places,
        )


def source_rows() -> list[dict[str, object]]:
    """Return what the register says of the four synthetic sources."""
    return [
        {
            "source_id": source_id,
            "title": title,
            "publisher": "Contraflow",
            "licence": "CC0-1.0",
            "attribution": "Contraflow, synthetic sample",
            "redistributable": True,
            "marking": "TLP:CLEAR",
            "is_synthetic": True,
            "caveat": NOTE,
        }
        for source_id, title in TITLES.items()
    ]


def scale_of(row_count: int) -> float:
    """Return the scale at which the world has so many records and incidents."""
    return row_count / (sum(layer.record_count for layer in LAYERS) + INCIDENT_COUNT)


def part_count(scale: float) -> int:
    """Return in how many parts a world is made."""
    return max(1, math.ceil(scale / PART_SCALE))


def worlds(seed: int, scale: float) -> Iterator[World]:
    """Yield the synthetic world of a seed in parts that fit into memory: one stage, ids of their own."""
    count = part_count(scale)
    for part in range(count):
        yield world(seed, scale / count, part)


def world(seed: int = DEFAULT_SEED, scale: float = 1.0, part: int = 0) -> World:
    """Return the synthetic world of a seed: the same seed, scale and part give the same tables.

    Args:
        seed: Of every draw.
        scale: Multiplies the number of records; planted corridors keep at least 40 records per direction, so below
            about 0.04 they leave little room for anything else.
        part: Another draw on the same stage, for worlds of several parts.
    """
    stage = geography(np.random.default_rng([seed, 0]))
    draw = [seed, part] if part else [seed]
    layers = {layer.name: _layer(seed, part, index, stage, scale) for index, layer in enumerate(LAYERS)}
    events = custody_events(np.random.default_rng([*draw, 8]), stage, layers["firearms"])
    points = incidents(np.random.default_rng([*draw, 9]), stage, round(INCIDENT_COUNT * scale))
    sources = {layer.source_id: _parsed(stage, found=layers[layer.name]) for layer in LAYERS}
    sources[LAYERS[0].source_id] = replace(sources[LAYERS[0].source_id], custody_events=events)
    sources[INCIDENT_SOURCE_ID] = Parsed(len(points), incidents=points, places=stage.places)
    truth = _truth(seed, scale, stage, layers, list(sources.values()))
    return World({source_id: _numbered(parsed, part) for source_id, parsed in sources.items()}, truth)


def _parsed(stage: Geography, found: Published) -> Parsed:
    rows = found.observations
    return Parsed(len(rows), observations=rows, waypoints=found.waypoints, places=stage.places)


def _numbered(parsed: Parsed, part: int) -> Parsed:
    """Return a later part's tables with ids that no other part has."""
    if not part:
        return parsed

    def own(frame: pd.DataFrame) -> pd.DataFrame:
        if frame.empty:
            return frame
        names = [name for name in ("obs_id", "trace_id", "incident_id") if name in frame]
        return frame.assign(**{name: frame[name].str.replace(":", f":{part}-", n=1, regex=False) for name in names})

    return replace(
        parsed,
        observations=own(parsed.observations),
        waypoints=own(parsed.waypoints),
        custody_events=own(parsed.custody_events),
        incidents=own(parsed.incidents),
    )


def truth_of(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return what a world of several parts planted: the counts of its parts, added."""
    first = parts[0]
    counts = {name: sum(part["counts"][name] for part in parts) for name in first["counts"]}
    corridors = [
        {
            **same[0],
            "promised": sum(row["promised"] for row in same),
            "record_counts": {
                layer: {way: sum(row["record_counts"][layer][way] for row in same) for way in ways}
                for layer, ways in same[0]["record_counts"].items()
            },
        }
        for same in zip(*(part["corridors"] for part in parts), strict=True)
    ]
    scale = sum(part["scale"] for part in parts)
    return {**first, "scale": scale, "counts": {**counts, "places": first["counts"]["places"]}, "corridors": corridors}


def _layer(seed: int, part: int, index: int, stage: Geography, scale: float) -> Published:
    """Return a layer's records; where they run is drawn with the first part, so that more records use the same ways."""
    layer = LAYERS[index]
    rng = np.random.default_rng([seed, index + 1])
    wanted = [stream for stream in streams(scale) if stream.layer == layer.name]
    fixed, weights = planted(rng, stage, wanted), pair_weights(rng, stage)
    if part:
        rng = np.random.default_rng([seed, part, index + 1])
        fixed = planted(rng, stage, wanted)
    distinct = round(layer.record_count * scale / (1 + REPEATED_SHARE))
    around = background(rng, stage, weights, max(0, distinct - len(fixed.stops)))
    return published(rng, stage, layer, records(rng, stage, layer, joined([fixed, around])))


def _truth(
    seed: int, scale: float, stage: Geography, layers: dict[str, Published], parts: Sequence[Parsed]
) -> dict[str, object]:
    counts: dict[str, object] = {name: len(layer.observations) for name, layer in layers.items()}
    counts |= {
        name: sum(len(getattr(part, name)) for part in parts) for name in ("waypoints", "custody_events", "incidents")
    }
    counts |= {"places": len(stage.places)}
    counts |= {"traces": sum(int(part.custody_events["trace_id"].nunique()) for part in parts)}
    return {
        "note": NOTE,
        "seed": seed,
        "scale": scale,
        "years": list(range(FIRST_DAY.astype(object).year, LAST_DAY.astype(object).year + 1)),
        "counts": counts,
        "wrong_direction_shares": {name: round(float(p.records.is_wrong.mean()), 4) for name, p in layers.items()},
        "directions": (
            "origin to destination is the direction of the firearms. record_counts are distinct records that state both"
            " ends: forward in that order, backward in the other; for a crossing or independent corridor the other"
            " layer is counted from other_origin to other_destination. promised is the least number planted in each"
            " planted direction."
        ),
        "corridors": [_corridor(corridor, scale, stage, layers) for corridor in CORRIDORS],
        "hubs": [_hub(corridor, stage) for corridor in CORRIDORS if corridor.kind == "independent"],
    }


def _corridor(corridor: Corridor, scale: float, stage: Geography, layers: dict[str, Published]) -> dict[str, object]:
    firearms, other = layers["firearms"].records, layers[corridor.layer].records
    here = (stage.number(corridor.origin), stage.number(corridor.destination))
    there = (stage.number(corridor.ends_in_layer[0]), stage.number(corridor.ends_in_layer[1]))
    names = stage.places["name"]
    row: dict[str, object] = {
        "id": corridor.corridor_id,
        "kind": corridor.kind,
        "layers": ["firearms", corridor.layer],
        "origin_id": corridor.origin,
        "destination_id": corridor.destination,
        "origin": names[here[0]],
        "destination": names[here[1]],
        "promised": promised_count(corridor, scale),
        "record_counts": {"firearms": _counted(firearms, *here), corridor.layer: _counted(other, *there)},
    }
    if corridor.other_ends:
        row |= {"other_origin_id": corridor.other_ends[0], "other_destination_id": corridor.other_ends[1]}
        row |= {"other_origin": names[there[0]], "other_destination": names[there[1]]}
    return row


def _counted(found: Records, origin: int, destination: int) -> dict[str, int]:
    return {
        "forward": int(_states_in_order(found.stops, origin, destination).sum()),
        "backward": int(_states_in_order(found.stops, destination, origin).sum()),
    }


def _states_in_order(stops: Whole, origin: int, destination: int) -> Flag:
    """Return which records state the origin and, at a later stop, the destination."""
    has_left = np.logical_or.accumulate(stops == origin, axis=1)
    return np.asarray((has_left & (stops == destination) & (stops != NONE)).any(axis=1))


def _hub(corridor: Corridor, stage: Geography) -> dict[str, object]:
    partners = {"firearms": [corridor.destination], corridor.layer: [corridor.ends_in_layer[1]]}
    for layer, _, end in corridor.more_ends:
        partners[layer] = [*partners[layer], end]
    return {
        "id": corridor.corridor_id,
        "place_id": corridor.origin,
        "name": stage.places["name"][stage.number(corridor.origin)],
        "partner_ids": partners,
    }
