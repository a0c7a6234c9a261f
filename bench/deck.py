"""The map's message against pydeck's own: the same content first, then time and bytes at 1,000, 5,000 and 20,000 arcs.

``python -m bench.deck`` from the project's root.
"""

import json
import statistics
import time
from collections.abc import Callable

import numpy as np
import pydeck as pdk

from dashboard import deck

RUNS = 7
SIZES = (1_000, 5_000, 20_000)


def arcs(count: int) -> list[dict[str, object]]:
    """Return made-up arcs with what a drawn flow carries."""
    points = np.random.default_rng(1).uniform((-180, -60) * 2, (180, 70) * 2, (count, 4)).round(4).tolist()
    return [
        {
            "from": point[:2],
            "to": point[2:],
            "colour": [30, 60, 90, 200],
            "px": 2.5,
            "tip": f"Flow {number}\n20 records",
        }
        for number, point in enumerate(points)
    ]


def timed(work: Callable[[], str]) -> float:
    """Return processor seconds."""
    before = time.process_time()
    work()
    return time.process_time() - before


def main() -> None:
    """Print ratios by size."""
    for count in SIZES:
        layer = deck.layer("ArcLayer", "arcs", arcs(count), get_source_position="from", get_target_position="to")
        ours = deck.deck([layer], {"longitude": 0, "latitude": 0, "zoom": 1})
        stock = pdk.Deck(ours.layers, ours.views, initial_view_state=ours.initial_view_state, map_provider=None)
        texts = ours.to_json(), stock.to_json()
        told = [json.loads(text) for text in texts]
        if told[0]["layers"] != told[1]["layers"]:
            raise SystemExit("the layers differ; nothing is timed")
        runs = [(timed(ours.to_json), timed(stock.to_json)) for _ in range(RUNS)]
        own, peer = (statistics.median(side) for side in zip(*runs, strict=True))
        print(f"{count:6,} arcs: {peer / own:5.1f} x faster, {len(texts[0]) / len(texts[1]):.2f} x the bytes")  # noqa: T201


if __name__ == "__main__":
    main()
