"""S13: incidents that follow hubs and roads alone, or a layer's own flows."""

import numpy as np
import pandas as pd

from geo.distance import Array
from geo.flowfield import field
from geo.proximity import proximity_test
from geo.validation.ground import Ground, as_flows
from geo.validation.measured import Measured, Run, mean
from geo.validation.terrain import GREAT_CIRCLES, Case
from geo.validation.world import RECORD_COUNT, counted, journeys, layer_rates

INCIDENT_COUNT = 400  # geo/README.md, "Validation"
LINKED_SHARES = (0.0, 0.6, 0.9)  # geo/README.md, "Validation"
POWER_BOUNDS = {0.6: 0.45, 0.9: 0.75}  # geo/README.md, "Validation"
SIZES = (0.3, 1.0)  # k of the layer's dyads
HUBS_ALONE = 1e9  # k at which a layer is hubs and distance
ALPHA = 0.05


def s13(case: Case) -> Run:
    """Return how often incidents are called near the flows: where they are not linked to them, and where they are."""
    rows = []
    for share in LINKED_SHARES:
        p = [_p(case, share, at) for at in range(case.effort.worlds)]
        hits = mean([float(one <= ALPHA) for one in p if np.isfinite(one)])
        if share:
            name = f"p <= .05, {share:.0%} of {INCIDENT_COUNT} incidents linked"
            rows.append(Measured("S13", name, ">=", POWER_BOUNDS[share], *hits))
        else:
            rows.append(Measured("S13", "p <= .05, incidents driven by hubs and ways alone", "<=", 0.08, *hits))
    return Run(rows)


def _p(case: Case, share: float, at: int) -> float:
    """Return p of one world; worlds of one number have the same layer, whatever the share of linked incidents."""
    ground = GREAT_CIRCLES.ground(case.effort.places, (case.seed, at // GREAT_CIRCLES.worlds_per_ground))
    rng = np.random.default_rng([case.seed, 13, at])
    strength = rng.normal(size=len(ground.names))
    shared = np.stack([strength, strength])
    rate = layer_rates(ground, SIZES[at % len(SIZES)], rng, shared)
    hubs = layer_rates(ground, HUBS_ALONE, rng, shared)
    records = counted(journeys(rate, RECORD_COUNT, rng), len(ground.names))
    chances = (1 - share) * _cell_shares(ground, hubs) + share * _cell_shares(ground, rate)
    incidents = pd.DataFrame({"cell": ground.net.cells, "incident_count": rng.multinomial(INCIDENT_COUNT, chances)})
    flows = as_flows(ground, records)
    return proximity_test(ground.own_places, flows, incidents, case.effort.draws, seed=at).p


def _cell_shares(ground: Ground, rate: Array) -> Array:
    """Return the share of all traffic that passes each cell."""
    total = field(ground.net, as_flows(ground, rate)).total
    cells = np.bincount(ground.net.ends.ravel(), np.repeat(total, 2), minlength=len(ground.net.cells))
    shares: Array = cells / cells.sum()
    return shares
