"""The planted part of the synthetic world: which places are joined, in which layers, in which direction.

All of it is fiction. The places are real so that maps can be read; the flows are invented.
"""

from dataclasses import dataclass
from typing import NamedTuple

MINIMUM_COUNT = 40  # records per planted direction that any scale keeps, so that small samples can be tested
STATED_SHARE = 0.72  # of planted records, about the share that states both ends in the right order
SPARE_COUNT = 22  # added so that chance does not undercut the promise; over five standard deviations at the minimum


@dataclass(frozen=True)
class Corridor:
    """A planted pair of places; ``origin`` to ``destination`` is the direction of the firearms.

    ``other_ends`` is where another layer runs if not between the same two places: across them (crossing), or from
    the same hub to other partners (independent). ``more_ends`` are further (layer, origin, destination) of a hub.
    """

    corridor_id: str
    kind: str
    layer: str
    origin: str
    destination: str
    record_count: int
    other_ends: tuple[str, str] | None = None
    more_ends: tuple[tuple[str, str, str], ...] = ()

    @property
    def ends_in_layer(self) -> tuple[str, str]:
        """Origin and destination against which the other layer's directions are counted."""
        return self.other_ends or (self.origin, self.destination)


class Stream(NamedTuple):
    """Records of one layer planted from one place to another."""

    corridor: int
    layer: str
    origin: str
    destination: str
    record_count: int


_D, _H, _F = "drugs", "human_trafficking", "firearms"

CORRIDORS: tuple[Corridor, ...] = (
    Corridor("common-1", "common", _D, "city:USA:los-angeles", "city:CAN:vancouver", 320),
    Corridor("common-2", "common", _D, "city:PRY:asuncion", "city:BRA:sao-paulo", 400),
    Corridor("common-3", "common", _D, "city:GEO:tbilisi", "city:LBN:beirut", 480),
    Corridor("common-4", "common", _D, "city:PAK:gwadar", "city:SOM:mogadishu", 260),
    Corridor("common-5", "common", _D, "city:GIN:conakry", "city:MLI:gao", 220),
    Corridor("common-6", "common", _D, "city:FJI:suva", "city:NZL:auckland", 180),
    Corridor("common-7", "common", _H, "city:MDA:chisinau", "city:POL:warsaw", 800),
    Corridor("common-8", "common", _H, "city:NPL:kathmandu", "city:IND:mumbai", 240),
    Corridor("inverse-1", "inverse", _D, "city:USA:houston", "city:MEX:guadalajara", 480),
    Corridor("inverse-2", "inverse", _D, "city:ARG:buenos-aires", "city:BOL:la-paz", 300),
    Corridor("inverse-3", "inverse", _D, "city:SVK:bratislava", "city:NLD:rotterdam", 1500),
    Corridor("inverse-4", "inverse", _D, "city:RUS:yekaterinburg", "city:TJK:dushanbe", 240),
    Corridor("inverse-5", "inverse", _D, "city:SDN:khartoum", "city:TCD:n-djamena", 220),
    Corridor("inverse-6", "inverse", _D, "city:RUS:vladivostok", "city:JPN:tokyo", 180),
    Corridor("inverse-7", "inverse", _H, "city:USA:miami", "city:HTI:port-au-prince", 320),
    Corridor("inverse-8", "inverse", _H, "city:GRC:athens", "city:LBY:benghazi", 700),
    Corridor("mixed-1", "mixed", _D, "city:ECU:guayaquil", "city:COL:cali", 200),
    Corridor("mixed-2", "mixed", _D, "city:NOR:oslo", "city:FIN:helsinki", 180),
    Corridor(
        "crossing-1",
        "crossing",
        _D,
        "city:AUS:perth",
        "city:AUS:cairns",
        260,
        ("city:AUS:darwin", "city:AUS:adelaide"),
    ),
    Corridor(
        "crossing-2",
        "crossing",
        _D,
        "city:PRT:porto",
        "city:FRA:marseille",
        240,
        ("city:ESP:malaga", "city:FRA:le-havre"),
    ),
    Corridor(
        "crossing-3",
        "crossing",
        _D,
        "city:BGD:chittagong",
        "city:VNM:hanoi",
        220,
        ("city:CHN:kunming", "city:MMR:yangon"),
    ),
    Corridor(
        "crossing-4",
        "crossing",
        _D,
        "city:NAM:windhoek",
        "city:MOZ:maputo",
        200,
        ("city:ZMB:lusaka", "city:ZAF:cape-town"),
    ),
    Corridor(
        "independent-1",
        "independent",
        _D,
        "city:BRA:belem",
        "city:BRA:fortaleza",
        180,
        ("city:BRA:belem", "city:BRA:manaus"),
        ((_F, "city:BRA:belem", "city:BRA:brasilia"), (_D, "city:BRA:belem", "city:GUF:cayenne")),
    ),
    Corridor(
        "independent-2",
        "independent",
        _D,
        "city:PHL:manila",
        "city:PHL:zamboanga",
        180,
        ("city:PHL:manila", "city:VNM:ho-chi-minh-city"),
        ((_F, "city:PHL:manila", "city:PHL:general-santos"), (_D, "city:PHL:manila", "city:HKG:hong-kong")),
    ),
    Corridor(
        "independent-3",
        "independent",
        _D,
        "city:KEN:nairobi",
        "city:SSD:juba",
        180,
        ("city:KEN:nairobi", "city:TZA:dar-es-salaam"),
        ((_F, "city:KEN:nairobi", "city:COD:goma"), (_D, "city:KEN:nairobi", "city:ETH:addis-ababa")),
    ),
)


def promised_count(corridor: Corridor, scale: float) -> int:
    """Return how many records per layer and planted direction state both ends, at least."""
    return max(MINIMUM_COUNT, round(corridor.record_count * scale))


def streams(scale: float) -> list[Stream]:
    """Return every planted stream with the number of records to draw, before noise takes its share."""
    planted = []
    for index, corridor in enumerate(CORRIDORS):
        count = int(promised_count(corridor, scale) / STATED_SHARE) + SPARE_COUNT
        planted += [Stream(index, layer, origin, end, count) for layer, origin, end in _directions(corridor)]
    return planted


def _directions(corridor: Corridor) -> list[tuple[str, str, str]]:
    there, back = (corridor.origin, corridor.destination), (corridor.destination, corridor.origin)
    found = [(_F, *there)]
    if corridor.kind == "inverse":
        found += [(corridor.layer, *back)]
    else:
        found += [(corridor.layer, *corridor.ends_in_layer)]
    if corridor.kind == "mixed":
        found += [(_F, *back), (corridor.layer, *back)]
    return [*found, *corridor.more_ends]
