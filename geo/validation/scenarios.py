"""Every scenario by name, in the order of their numbers."""

from collections.abc import Callable
from typing import NamedTuple

from geo.validation.bundles import s0, s6
from geo.validation.emerging import s10, s11
from geo.validation.enforcement import s5
from geo.validation.flawed import s7, s8
from geo.validation.labels import s1, s2, s3, s4, s15
from geo.validation.measured import Run
from geo.validation.oracles import oracle
from geo.validation.points import s13
from geo.validation.repeats import s9
from geo.validation.series import s12
from geo.validation.symmetry import s14
from geo.validation.terrain import Case


class Scenario(NamedTuple):
    """What a scenario asks, in words, the function that measures it, and whether it uses the case's terrain.

    The others look at places and distances only, or need lines without a neighbour: they run on great circles.
    """

    title: str
    run: Callable[[Case], Run]
    is_on_terrain: bool = False


SCENARIOS = {
    "S0": Scenario("Independent layers that share hubs", s0),
    "S1": Scenario("Common corridors", s1, is_on_terrain=True),
    "S2": Scenario("Inverse corridors", s2, is_on_terrain=True),
    "S3": Scenario("Crossing decoys", s3),
    "S4": Scenario("Two-way corridors", s4),
    "S5": Scenario("One country seizes five times as much", s5),
    "S6": Scenario("Directions misreported", s6),
    "S7": Scenario("Locations known by country only", s7, is_on_terrain=True),
    "S8": Scenario("Origin or destination missing", s8, is_on_terrain=True),
    "S9": Scenario("Seizures reported twice", s9),
    "S10": Scenario("Enforcement campaign, flow constant", s10),
    "S11": Scenario("New and displaced routes", s11),
    "S12": Scenario("One layer follows the other by three months", s12),
    "S13": Scenario("Incidents near corridors", s13),
    "S14": Scenario("Invariances", s14),
    "S15": Scenario("Calibration of probabilities", s15, is_on_terrain=True),
    "oracle": Scenario("Answers found without the method", oracle),
}
