"""The synthetic world keeps its contracts and its promises."""

import itertools
import json
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from data import contracts, sample
from data.sample import World, world
from data.sample_plan import CORRIDORS, Corridor

SCALE = 0.05
EARTH_RADIUS_KM = 6371.0088
TABLES = (
    contracts.OBSERVATIONS,
    contracts.WAYPOINTS,
    contracts.CUSTODY_EVENTS_TABLE,
    contracts.INCIDENTS,
    contracts.PLACES,
)


@pytest.fixture(scope="module")
def small() -> World:
    return world(scale=SCALE)


@pytest.fixture(scope="module")
def elsewhere() -> World:
    return world(seed=5, scale=SCALE)


@pytest.fixture(scope="module")
def middling() -> World:
    """Large enough that the background outweighs what is planted."""
    return world(scale=0.3)


def distinct_stops(some: World) -> pd.DataFrame:
    """One row per waypoint of first printings, with its layer."""
    layers = some.parsed.observations.set_index("obs_id")["layer"]
    first = some.parsed.waypoints[some.parsed.waypoints["obs_id"].str.endswith(":1")]
    return first.assign(layer=first["obs_id"].map(layers))


def counted(stops: pd.DataFrame, layer: str, origin: str, destination: str) -> int:
    """Records of a layer that state the origin before the destination."""
    mine = stops[(stops["layer"] == layer) & stops["place_id"].isin([origin, destination])]
    first = mine[mine["place_id"] == origin].groupby("obs_id")["seq"].min()
    last = mine[mine["place_id"] == destination].groupby("obs_id")["seq"].max()
    return int((last - first > 0).sum())


def directions(corridor: Corridor) -> Iterator[tuple[str, str, str]]:
    """Every (layer, origin, destination) that the kind of a corridor promises."""
    there, back = (corridor.origin, corridor.destination), (corridor.destination, corridor.origin)
    yield "firearms", *there
    if corridor.kind == "mixed":
        yield "firearms", *back
        yield corridor.layer, *there
    if corridor.kind in ("inverse", "mixed"):
        yield corridor.layer, *back
    elif corridor.other_ends:
        yield corridor.layer, *corridor.other_ends
    else:
        yield corridor.layer, *there


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_keeps_its_contract(small: World, table: contracts.Table) -> None:
    assert len(contracts.check(getattr(small.parsed, table.name), table)) > 0


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_one_seed_gives_one_world(small: World, table: contracts.Table) -> None:
    pd.testing.assert_frame_equal(getattr(small.parsed, table.name), getattr(world(scale=SCALE).parsed, table.name))


def test_another_seed_gives_another_world(small: World, elsewhere: World) -> None:
    other = elsewhere.parsed
    assert not small.parsed.observations["date_start"].equals(other.observations["date_start"])
    assert not small.parsed.waypoints["place_id"].equals(other.waypoints["place_id"])


def test_record_counts_follow_the_scale(small: World) -> None:
    counts = small.parsed.observations["layer"].value_counts()
    expected = {"firearms": 3000, "drugs": 4000, "human_trafficking": 1500}
    assert {layer: counts[layer] for layer in expected} == pytest.approx(expected, rel=0.01)
    assert len(small.parsed.incidents) == 750
    assert small.parsed.row_count_read == len(small.parsed.observations) + 750


def test_a_third_of_firearms_is_traced_in_about_four_events(small: World) -> None:
    rows = small.parsed.observations
    traced = rows[rows["trace_id"].notna()]
    assert set(traced["layer"]) == {"firearms"}
    assert traced["trace_id"].nunique() == pytest.approx(3000 / 1.05 / 3, rel=0.01)
    assert small.parsed.custody_events.groupby("trace_id").size().mean() == pytest.approx(4.2, abs=0.3)


@pytest.mark.parametrize("corridor", CORRIDORS, ids=lambda corridor: corridor.corridor_id)
@pytest.mark.parametrize("name", ["small", "elsewhere"])
def test_a_planted_corridor_holds_what_it_promises(
    corridor: Corridor, name: str, request: pytest.FixtureRequest
) -> None:
    stops = distinct_stops(request.getfixturevalue(name))
    for layer, origin, destination in directions(corridor):
        assert counted(stops, layer, origin, destination) >= 40, (layer, origin, destination)


@pytest.mark.parametrize("corridor", CORRIDORS, ids=lambda corridor: corridor.corridor_id)
def test_truth_counts_what_the_waypoints_hold(corridor: Corridor, small: World) -> None:
    truth = next(c for c in small.truth["corridors"] if c["id"] == corridor.corridor_id)
    stops = distinct_stops(small)
    for layer in truth["layers"]:
        ends = (truth["origin_id"], truth["destination_id"])
        if layer != "firearms" and "other_origin_id" in truth:
            ends = (truth["other_origin_id"], truth["other_destination_id"])
        onward, back = counted(stops, layer, *ends), counted(stops, layer, *ends[::-1])
        assert truth["record_counts"][layer] == {"forward": onward, "backward": back}


def test_kinds_of_corridor_are_as_many_as_announced(small: World) -> None:
    kinds = pd.Series([corridor["kind"] for corridor in small.truth["corridors"]])
    expected = {"common": 8, "inverse": 8, "mixed": 2, "crossing": 4, "independent": 3}
    assert kinds.value_counts().to_dict() == expected
    assert len(small.truth["hubs"]) == 3


def test_truth_is_json_and_says_it_is_synthetic(small: World) -> None:
    assert json.loads(json.dumps(small.truth)) == small.truth
    assert str(small.truth["note"]).startswith("SYNTHETIC")


@pytest.mark.parametrize("layer", ["firearms", "drugs", "human_trafficking"])
def test_a_quarter_misses_its_origin(middling: World, layer: str) -> None:
    stops = distinct_stops(middling)
    stops = stops[(stops["layer"] == layer) & stops["place_id"].notna()]
    begins = stops["role"].isin(["last_legal", "departure", "citizenship"])
    assert 1 - begins.groupby(stops["obs_id"]).any().mean() == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("layer", ["firearms", "drugs"])
def test_two_fifths_miss_their_destination(middling: World, layer: str) -> None:
    stops = distinct_stops(middling)
    stops = stops[(stops["layer"] == layer) & stops["place_id"].notna()]
    ends = stops["role"] == "intended_destination"
    assert 1 - ends.groupby(stops["obs_id"]).any().mean() == pytest.approx(0.40, abs=0.01)


def test_some_journeys_are_stated_the_wrong_way_round(middling: World) -> None:
    stops, wrong, right = distinct_stops(middling), 0, 0
    for corridor in (c for c in CORRIDORS if c.kind == "common"):
        for layer in ("firearms", corridor.layer):
            right += counted(stops, layer, corridor.origin, corridor.destination)
            wrong += counted(stops, layer, corridor.destination, corridor.origin)
    assert 0.03 <= wrong / (wrong + right) <= 0.12  # 5 %, and the two-way background
    shares = middling.truth["wrong_direction_shares"]
    assert list(shares.values()) == pytest.approx([0.05] * 3, abs=0.001)


def test_repeats_are_exact_copies_with_rows_of_their_own(small: World) -> None:
    rows = small.parsed.observations
    assert 0.06 <= (rows["repeat_count"] > 1).mean() <= 0.14
    group = rows["obs_id"].str.rsplit(":", n=1).str[0]
    assert (group.map(group.value_counts()) == rows["repeat_count"]).all()
    content = rows.drop(columns=["obs_id", "source_row"])
    assert (content.groupby(group).nunique(dropna=False) == 1).all(axis=None)
    assert not rows.duplicated(["source_id", "source_row"]).any()


def test_repeats_have_the_same_waypoints(small: World) -> None:
    twice = small.parsed.observations.query("repeat_count > 1")["obs_id"]
    points = small.parsed.waypoints[small.parsed.waypoints["obs_id"].isin(twice)]
    group, occurrence = points["obs_id"].str.rsplit(":", n=1).str[0], points["obs_id"].str[-1]
    first, second = (
        points[occurrence == name]
        .assign(group=group)
        .drop(columns="obs_id")
        .sort_values(["group", "seq"], ignore_index=True)
        for name in ("1", "2")
    )
    assert len(first) > 0
    pd.testing.assert_frame_equal(first, second)


def test_source_rows_count_from_one(small: World) -> None:
    for _, rows in small.parsed.observations.groupby("source_id"):
        assert sorted(rows["source_row"]) == list(range(1, len(rows) + 1))


def test_every_stated_place_is_in_the_gazetteer(small: World) -> None:
    known = set(small.parsed.places["place_id"])
    for frame in (small.parsed.waypoints, small.parsed.custody_events):
        assert set(frame["place_id"].dropna()) <= known
    assert set(small.parsed.incidents["country_id"]) <= known
    assert set(small.parsed.places["parent_id"].dropna()) <= known


def test_unknown_places_have_no_point(small: World) -> None:
    points = small.parsed.waypoints
    unknown = points[points["place_id"].isna()]
    assert set(unknown["place_raw"]) == {"Unknown"}
    assert unknown[["lon", "lat", "precision"]].isna().all(axis=None)
    assert points.loc[points["place_id"].notna(), ["lon", "lat", "precision"]].notna().all(axis=None)


def test_seq_counts_from_zero_without_gaps(small: World) -> None:
    for frame, key in ((small.parsed.waypoints, "obs_id"), (small.parsed.custody_events, "trace_id")):
        seq = frame.sort_values([key, "seq"])
        assert (seq["seq"] == seq.groupby(key).cumcount()).all()


def test_a_seizure_in_seven_is_known_by_country_only(middling: World) -> None:
    ends = middling.parsed.waypoints.query("role in ['seizure', 'detection']")
    shares = ends["precision"].value_counts(normalize=True)
    assert 0.10 <= shares["country"] <= 0.20
    assert (ends["place_id"].str.len() == 3).equals(ends["precision"] == "country")
    assert shares["exact"] > 0.4


def test_exact_points_lie_near_their_city(small: World) -> None:
    exact = small.parsed.waypoints.query("precision == 'exact'")
    city = small.parsed.places.set_index("place_id").loc[exact["place_id"]]
    away = arc_km(unit_vectors(exact["lon"], exact["lat"]), unit_vectors(city["lon"], city["lat"]))
    assert away.min() > 0
    assert away.max() <= 20.1


def test_custody_events_are_in_date_order(small: World) -> None:
    events = small.parsed.custody_events.sort_values(["trace_id", "seq"])
    for name in ("date_start", "date_end"):
        known = events.dropna(subset=[name])
        days = known.groupby("trace_id")[name].diff().dropna().dt.days
        assert (days >= 0).all()
    assert (events["date_end"] >= events["date_start"])[events["date_start"].notna()].all()
    assert 0.1 < events["date_start"].isna().mean() < 0.2


def test_custody_ends_with_the_seizure_and_leaves_the_law_once(small: World) -> None:
    events = small.parsed.custody_events.sort_values(["trace_id", "seq"])
    assert set(events.groupby("trace_id")["event"].last()) == {"seized"}
    assert set(events["obs_id"]) <= set(small.parsed.observations["obs_id"])
    lawful = events.dropna(subset=["is_lawful"])
    turn = lawful["is_lawful"].astype(int).groupby(lawful["trace_id"]).diff()
    assert (turn.dropna() <= 0).all()
    assert (turn < 0).any()


def test_no_country_reports_before_it_began(middling: World) -> None:
    rows = middling.parsed.observations
    assert rows["date_start"].min() >= pd.Timestamp("2015-01-01")
    assert rows["date_end"].max() <= pd.Timestamp("2024-12-31")
    ends = middling.parsed.waypoints.query("role in ['seizure', 'detection']").merge(rows[["obs_id", "date_start"]])
    country = ends["place_id"].map(middling.parsed.places.set_index("place_id")["country_id"])
    first = ends.groupby(country)["date_start"].min().dt.year
    assert (first >= 2017).any()  # coverage is uneven


def unit_vectors(lon: pd.Series, lat: pd.Series) -> npt.NDArray[np.float64]:
    x, y = np.radians(lon.to_numpy(float)), np.radians(lat.to_numpy(float))
    return np.column_stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)])


def arc_km(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.linalg.norm(a - b, axis=-1) / 2))


def lines(places: pd.DataFrame, corridor: Corridor) -> npt.NDArray[np.float64]:
    """Points along every geodesic of a corridor."""
    at = places.set_index("place_id")
    pairs = [(corridor.origin, corridor.destination), *([corridor.other_ends] if corridor.other_ends else [])]
    pairs += [(origin, end) for _, origin, end in corridor.more_ends]
    share = np.linspace(0, 1, 120)[:, None]
    found = []
    for pair in pairs:
        start, end = unit_vectors(at.loc[list(pair), "lon"], at.loc[list(pair), "lat"])
        chord = (1 - share) * start + share * end
        found.append(chord / np.linalg.norm(chord, axis=1, keepdims=True))
    return np.concatenate(found)


def test_corridors_of_different_kinds_keep_150_km_apart(small: World) -> None:
    points = {corridor: lines(small.parsed.places, corridor) for corridor in CORRIDORS}
    for one, other in itertools.combinations(CORRIDORS, 2):
        nearest = arc_km(points[one][:, None, :], points[other][None, :, :]).min()
        assert nearest > 150, (one.corridor_id, other.corridor_id, nearest)


@pytest.mark.parametrize("corridor", [c for c in CORRIDORS if c.kind == "crossing"], ids=lambda c: c.corridor_id)
def test_crossing_decoys_cross_steeply_near_their_middle(corridor: Corridor, small: World) -> None:
    both = lines(small.parsed.places, corridor)
    one, other = both[:120], both[120:]
    i, j = np.unravel_index(arc_km(one[:, None, :], other[None, :, :]).argmin(), (120, 120))
    assert 30 <= i <= 90
    assert 20 <= j <= 100
    along, across = one[i + 1] - one[i - 1], other[j + 1] - other[j - 1]
    cosine = along @ across / np.linalg.norm(along) / np.linalg.norm(across)
    assert abs(np.degrees(np.arccos(cosine)) - 90) < 35


def test_sources_say_that_nothing_is_real() -> None:
    rows = sample.source_rows()
    assert [row["source_id"] for row in rows] == [
        "sample-firearms",
        "sample-drugs",
        "sample-human-trafficking",
        "sample-terrorism",
    ]
    assert all(row["is_synthetic"] and "(not real)" in str(row["title"]) for row in rows)


def test_a_world_of_many_rows_is_made_in_parts_that_share_no_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "PART_SCALE", 0.05)
    assert [sample.part_count(scale) for scale in (0.01, 0.05, 0.06, 0.15)] == [1, 1, 2, 3]
    parts = list(sample.worlds(3, 0.1))
    one, two = (part.parsed for part in parts)
    for name, column in (("observations", "obs_id"), ("custody_events", "trace_id"), ("incidents", "incident_id")):
        assert not set(getattr(one, name)[column]) & set(getattr(two, name)[column])
    assert set(two.waypoints["obs_id"]) <= set(two.observations["obs_id"])
    assert set(two.custody_events["trace_id"]) <= set(two.observations["trace_id"])
    pd.testing.assert_frame_equal(one.places, two.places)
    truth = sample.truth_of([part.truth for part in parts])
    assert truth["counts"]["drugs"] == sum(part.truth["counts"]["drugs"] for part in parts)
    assert truth["corridors"][0]["promised"] == sum(part.truth["corridors"][0]["promised"] for part in parts)
    assert truth["scale"] == pytest.approx(0.1)


def test_rows_are_a_scale_that_makes_about_so_many() -> None:
    made = world(scale=sample.scale_of(10_000)).parsed
    assert made.row_count_read == pytest.approx(10_000, rel=0.01)
