"""A snapshot: the same bytes every time, nothing in it that must not leave, made again from its manifest."""

import getpass
import hashlib
import json
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from PIL import Image

from dashboard import assemble, audit, codebook, routing, snapshot, snapshot_check, stores
from dashboard.cli import main
from dashboard.filters import Filters
from dashboard.relations import Draws
from dashboard.snapshot import Request
from dashboard.snapshot_tables import Contents
from dashboard.stores import Store
from data import networks
from data.disclosure import K_OTHERS, K_VICTIMS, VICTIM_LAYERS
from data.errors import SnapshotError

FILTERS = Filters(region=("South America",))
REQUEST = Request(FILTERS, draws=Draws(19, 1))
UNTESTED = replace(REQUEST, formats=("csv",), draws=Draws(0, 1))
ARGUMENTS = ["--region", "South America", "--draws", "19"]


def linked(parent: Path, root: Path) -> Path:
    """Return a store of its own, with an export log of its own, on the releases of another."""
    made = parent / "store"
    made.mkdir(parents=True)
    (made / "releases").symlink_to(root / "releases")
    shutil.copy(root / "CURRENT", made / "CURRENT")
    return made


@pytest.fixture(scope="module")
def own_root(sample_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that tests may export from."""
    return linked(tmp_path_factory.mktemp("exporting"), sample_root)


@pytest.fixture(scope="module")
def own(own_root: Path) -> Store:
    """Return that store, open for questions."""
    return stores.opened(own_root)


@pytest.fixture(scope="module")
def written(own: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a snapshot of South America."""
    out = tmp_path_factory.mktemp("snapshots") / "first"
    snapshot.write(own, REQUEST, out)
    return out


@pytest.fixture(scope="module")
def found(own: Store) -> Contents:
    """Return what that snapshot holds."""
    return snapshot.gathered(own, REQUEST)


@pytest.fixture
def quick(found: Contents, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the tables worked out once for all tests that are about files."""
    monkeypatch.setattr(snapshot, "gathered", lambda *_: found)


@pytest.fixture
def copied(written: Path, tmp_path: Path) -> Path:
    """Return a copy that a test may spoil."""
    return Path(shutil.copytree(written, tmp_path / "copy"))


def digest(out: Path) -> str:
    """Return one hash over the names and bytes of everything in a snapshot."""
    found = hashlib.sha256()
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        found.update(path.relative_to(out).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


def layer(out: Path, name: str) -> pd.DataFrame:
    """Return a table of the GeoPackage."""
    return pd.DataFrame(pyogrio.read_dataframe(out / "contraflow.gpkg", layer=name))


def test_eight_runs_give_the_same_bytes(
    own: Store, found: Contents, written: Path, own_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests, connect = {digest(written)}, duckdb.connect
    for threads in (1, 4):
        monkeypatch.setattr(
            duckdb, "connect", lambda config, threads=threads: connect(config={**config, "threads": threads})
        )
        snapshot.write(stores.opened(own_root), REQUEST, tmp_path / f"threads {threads}" / "out")
        digests.add(digest(tmp_path / f"threads {threads}" / "out"))
    monkeypatch.setattr(snapshot, "gathered", lambda *_: found)
    for run in range(3):
        snapshot.write(own, REQUEST, tmp_path / f"run {run}")
        digests.add(digest(tmp_path / f"run {run}"))
    for run, (zone, locale) in enumerate((("Asia/Kathmandu", "de_DE.UTF-8"), ("America/St_Johns", "C"))):
        changed = os.environ | {"TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": str(run + 7)}
        command = [sys.executable, "-m", "dashboard.cli", "snapshot", "--store", str(own_root), *ARGUMENTS, "--out"]
        out = tmp_path / f"elsewhere-{run}"
        subprocess.run([*command, str(out)], check=True, env=changed, capture_output=True)
        digests.add(digest(out))
    assert len(digests) == 1


@pytest.mark.usefixtures("quick")
def test_pictures_leave_with_the_tables_and_are_the_same_every_time(own: Store, tmp_path: Path) -> None:
    request = replace(REQUEST, formats=("csv", "png", "svg"))
    for name in ("one", "two"):
        manifest = snapshot.write(own, request, tmp_path / name)
    assert digest(tmp_path / "one") == digest(tmp_path / "two")
    assert {"map.png", "map.svg"} <= set(manifest["files"])
    with Image.open(tmp_path / "one" / "map.png") as drawn:
        assert round(drawn.info["dpi"][0]) == 300
        colours = np.asarray(drawn.convert("RGB").resize((90, 60))).reshape(-1, 3)
    assert len(np.unique(colours, axis=0)) > 10  # not blank
    assert (tmp_path / "one" / "map.svg").read_bytes().startswith(b"<?xml")
    assert snapshot_check.verify(tmp_path / "one") == []


@pytest.mark.usefixtures("quick")
def test_a_zip_is_the_same_bytes_and_verifies(own: Store, own_root: Path, found: Contents, tmp_path: Path) -> None:
    request = replace(REQUEST, formats=("csv",))
    for name in ("one.zip", "two.zip"):
        snapshot.write(own, request, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert (tmp_path / "one.zip").read_bytes() == snapshot.zipped(own, request, found, "three.zip")
    assert snapshot_check.verify(tmp_path / "one.zip") == []
    assert audit.entries(own_root)[-1]["target"] == "three.zip"


def test_the_flows_are_those_of_the_screen(own: Store, written: Path) -> None:
    view = assemble.explore(own, FILTERS)
    rows = layer(written, "flows")
    assert rows["corridor_id"].tolist() == view.flows["corridor_id"].tolist()
    published = rows["count_status"] == "published"
    assert rows.loc[published, "record_count"].tolist() == view.flows.loc[published, "record_count"].tolist()
    assert layer(written, "corridors")["relation"].tolist() == view.corridors["relation"].tolist()


def test_corridors_carry_the_measures_of_the_explore_table(own: Store, written: Path) -> None:
    view = assemble.explore(own, FILTERS)
    rows = layer(written, "corridors")
    for name in ("p_common", "p_inverse", "d"):
        pd.testing.assert_series_equal(rows[name], view.corridors[name], atol=1e-6, rtol=0)
    assert set(rows["evidence_class"].dropna()) <= {"A", "B", "C", "D"}
    assert rows["q_full_margin"].notna().any()


def test_every_pair_has_a_route_between_its_places(own: Store, written: Path) -> None:
    rows = layer(written, "routes")
    assert set(rows["corridor_id"]) == set(layer(written, "flows")["corridor_id"])
    straight = rows[rows["drawn"] == "straight"]
    lines = shapely.get_geometry(straight["geometry"].to_numpy(), 0)
    begins = shapely.get_coordinates(shapely.get_point(lines, 0))
    expected = own.places.loc[straight["place_a"], ["lon", "lat"]].to_numpy()
    np.testing.assert_allclose(begins, expected, atol=1e-5)
    assert set(rows["drawn"]) == {"way", "straight"}
    assert rows.loc[rows["drawn"] == "straight", ["network", "length_km"]].isna().all(axis=None)


def test_small_counts_are_in_no_format(written: Path) -> None:
    tables = {
        "gpkg": layer(written, "flows"),
        "geojson": pyogrio.read_dataframe(written / "geojson" / "flows.geojson"),
        "csv": pd.read_csv(written / "csv" / "flows.csv", na_values=[":c"]),
    }
    for rows in tables.values():
        limits = rows["layer"].isin(VICTIM_LAYERS).map({True: K_VICTIMS, False: K_OTHERS})
        assert (rows["record_count"].dropna() >= limits[rows["record_count"].notna()]).all()
        hidden = rows[rows["count_status"] == "suppressed"]
        assert len(hidden) > 0
        assert (
            hidden[["record_count", "record_count_high", "weight", "intended_share", "sources"]].isna().all(axis=None)
        )
    assert ",:c," in (written / "csv" / "flows.csv").read_text(encoding="utf-8").replace('"', "")


def test_nothing_in_the_corridors_subtracts_to_a_withheld_flow(written: Path) -> None:
    flows, corridors = layer(written, "flows"), layer(written, "corridors")
    mine = flows[(flows["layer"] == "firearms") & (flows["count_status"] == "published")]
    for row in corridors.dropna(subset="firearms_coverage").itertuples():
        touching = mine["origin_id"].isin([row.origin_id, row.destination_id]) | mine["destination_id"].isin(
            [row.origin_id, row.destination_id]
        )
        assert mine.loc[touching, "record_count"].sum() == row.firearms_coverage


def test_evidence_sums_to_the_published_flows_and_names_no_victim(written: Path) -> None:
    evidence = pd.read_csv(written / "tables" / "evidence.csv")
    assert not set(evidence["layer"]) & set(VICTIM_LAYERS)
    key = ["layer", "origin_id", "destination_id"]
    flows = layer(written, "flows").set_index(key)
    published = flows[(flows["count_status"] == "published") & ~flows.index.get_level_values(0).isin(VICTIM_LAYERS)]
    sums = evidence.groupby(key)["record_count"].sum()
    pd.testing.assert_series_equal(sums, published["record_count"].sort_index(), check_dtype=False)


def test_the_codebook_explains_every_column_of_every_table(written: Path) -> None:
    told = pd.read_csv(written / "tables" / "codebook.csv", keep_default_na=False)
    for path in (*written.glob("csv/*.csv"), *written.glob("tables/*.csv")):
        if path.stem != "codebook":
            columns = [name for name in pd.read_csv(path, nrows=0) if name != "wkt"]
            assert told.loc[told["table"] == path.stem, "column"].tolist() == columns
    assert (told["meaning"] != "").all()
    assert set(told["type"]) <= set(codebook.TYPES)


def test_nothing_tells_where_or_by_whom_it_was_made(written: Path) -> None:
    told = (str(written.parent), str(Path.cwd()), str(Path.home()), socket.gethostname(), "/home/", "store/")
    words = "|".join(re.escape(word) for word in told if len(word) > 3)
    user = rf"\b{re.escape(getpass.getuser())}\b"
    for path in (path for path in written.rglob("*") if path.is_file()):
        assert not re.search(words.encode(), path.read_bytes()), path
        assert not re.search(user.encode(), path.read_bytes()), path


def test_the_manifest_says_what_there_is(own: Store, written: Path) -> None:
    manifest = json.loads((written / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["release"] == own.release.id
    assert manifest["filters"] == FILTERS.to_dict()
    assert (manifest["draws"], manifest["seed"], manifest["is_synthetic"]) == (19, 1, True)
    assert manifest["marking"] == "TLP:CLEAR"
    assert manifest["files"]["csv/flows.csv"]["row_count"] == len(layer(written, "flows"))
    on_disk = {path.relative_to(written).as_posix() for path in written.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == on_disk - {"manifest.json", "manifest.sha256"}
    assert any("victims never leave" in line for line in manifest["left_out"])
    assert {row["source_id"] for row in manifest["sources"]} == set(own.sources["source_id"])


def test_the_method_names_what_routes_and_words_depend_on(written: Path) -> None:
    said = json.loads((written / "method.json").read_text(encoding="utf-8"))
    assert said["routes"] == {**asdict(routing.SETTINGS), "networks_sha256": networks.digest()}
    assert (said["relation"]["probability_least"], said["relation"]["weighted_records_least"]) == (0.9, 5.0)
    assert said["small_counts"]["k_victims"] == 10


def test_every_text_and_table_carries_the_marking(written: Path) -> None:
    readme = (written / "README.txt").read_text(encoding="utf-8").strip().splitlines()
    assert readme[0].startswith("TLP:CLEAR")
    assert readme[-1] == "TLP:CLEAR"
    assert "SYNTHETIC" in readme[1]
    for name in ("routes", "flows", "corridors", "incidents"):
        assert set(layer(written, name)["marking"]) == {"TLP:CLEAR"}


def test_the_citation_names_every_source_with_licence_and_day(own: Store, written: Path) -> None:
    told = (written / "CITATION.txt").read_text(encoding="utf-8")
    for row in own.sources.itertuples():
        line = next(line for line in told.splitlines() if str(row.title) in line)
        assert str(row.licence) in line
        assert str(pd.Timestamp(str(row.retrieved_on)).date()) in line
    assert own.release.id in told


def test_a_snapshot_as_written_verifies(written: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(written)]) == 0
    assert "every file is as it was written" in capsys.readouterr().out


def test_one_changed_byte_one_missing_and_one_extra_file_are_named(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = bytearray((copied / "contraflow.gpkg").read_bytes())
    raw[len(raw) // 2] ^= 1
    (copied / "contraflow.gpkg").write_bytes(raw)
    (copied / "kml" / "routes.kml").unlink()
    (copied / "notes.txt").write_text("mine")
    assert main(["verify", str(copied)]) == 3
    told = capsys.readouterr().err.splitlines()
    assert told == [
        "contraflow: contraflow.gpkg was changed.",
        "contraflow: kml/routes.kml is missing.",
        "contraflow: notes.txt is extra.",
    ]


def altered(value: Any) -> Any:
    """Return another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, dict):
        return {**value, "more": {"sha256": "0"}}
    return [*value, "more"] if isinstance(value, list) else value + type(value)(1)


def test_a_change_of_any_field_of_the_manifest_is_seen(copied: Path) -> None:
    manifest = json.loads((copied / "manifest.json").read_text(encoding="utf-8"))
    assert sorted(manifest) == list(snapshot_check.KEYS)
    for name, value in manifest.items():
        changed = {**manifest, name: altered(value)}
        (copied / "manifest.json").write_text(snapshot.text(changed), encoding="utf-8")
        try:
            assert "manifest.json or manifest.sha256 was changed" in snapshot_check.verify(copied), name
        except SnapshotError as refused:
            assert "manifest" in str(refused) or "format" in str(refused), name


@pytest.mark.usefixtures("quick")
def test_a_changed_member_of_a_zip_is_named(own: Store, tmp_path: Path) -> None:
    snapshot.write(own, replace(REQUEST, formats=("csv",)), tmp_path / "one.zip")
    with (
        zipfile.ZipFile(tmp_path / "one.zip") as old,
        zipfile.ZipFile(tmp_path / "two.zip", "w") as new,
    ):
        for name in old.namelist():
            new.writestr(
                name, old.read(name).replace(b"firearms", b"flowers") if name == "csv/flows.csv" else old.read(name)
            )
    assert snapshot_check.verify(tmp_path / "two.zip") == ["csv/flows.csv was changed"]


def spoiled(copied: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Return a manifest after a change."""
    manifest = json.loads((copied / "manifest.json").read_text(encoding="utf-8"))
    change(manifest)
    (copied / "manifest.json").write_text(snapshot.text(manifest), encoding="utf-8")
    return copied / "manifest.json"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda m: m.update(release="r000000000000"), "release r000000000000 is missing"),
        (lambda m: m["filters"].update(colour="red"), r"filters are not those of this tool \(colour\)"),
        (lambda m: m["filters"].pop("top"), r"filters are not those of this tool \(top\)"),
        (lambda m: m["filters"].update(since="soon"), "asks for what cannot be"),
        (lambda m: m["filters"].update(kappa=7), "asks for what cannot be"),
        (lambda m: m.update(formats=["gpgk"]), "asks for what cannot be"),
        (lambda m: m.update(draws="many"), "asks for what cannot be"),
        (lambda m: m.update(format=99), "format 99 is not 1"),
        (lambda m: m.pop("seed"), "does not hold what one of a snapshot holds"),
        (lambda m: m["release_files"].update({"legs.parquet": "0"}), "legs.parquet differ"),
        (
            lambda m: [m["files"]["csv/flows.csv"].update(sha256="0"), m["versions"].update(gdal="0.1")],
            r"csv/flows.csv would differ \(gdal is .* here and was 0.1 then\)",
        ),
    ],
)
def test_a_manifest_that_was_changed_makes_nothing(
    copied: Path, own_root: Path, tmp_path: Path, change: Callable[[dict[str, Any]], object], says: str
) -> None:
    manifest = spoiled(copied, change)
    out = tmp_path / "out" / "again"
    with pytest.raises(Exception, match=says) as wrong:
        snapshot_check.reproduce(manifest, own_root, out)
    assert type(wrong.value).__module__ in ("dashboard.markings", "data.errors")
    assert not out.exists()
    assert not out.parent.exists() or list(out.parent.iterdir()) == []


def test_a_snapshot_is_made_again_from_its_manifest_and_other_versions_are_named(
    copied: Path, written: Path, own_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, manifest = tmp_path / "again", spoiled(copied, lambda m: m["versions"].update(duckdb="0.1"))
    assert main(["reproduce", str(manifest), "--store", str(own_root), "--out", str(out)]) == 0
    assert digest(out) == digest(written)
    told = capsys.readouterr()
    assert "Every file is the same" in told.out
    assert f"duckdb is {duckdb.__version__} here and was 0.1 then" in told.err


def test_no_json_is_no_manifest(tmp_path: Path, own_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "manifest.json").write_text("{")
    arguments = ["reproduce", str(tmp_path / "manifest.json"), "--store", str(own_root), "--out", str(tmp_path / "out")]
    assert main(arguments) == 3
    assert "the manifest is no JSON" in capsys.readouterr().err
    assert main(["verify", str(tmp_path)]) == 3
    assert main(["verify", str(tmp_path / "nowhere")]) == 3
    assert "is no folder and no zip file" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--formats", "gpgk"], 2, "Format 'gpgk' is unknown; choose from csv, geojson"),
        (["--format", "xlsx"], 2, "Format 'xlsx' is unknown"),
        (["--formats", ","], 2, "No format is chosen"),
        (["--region", "Atlantis"], 2, "Atlantis"),
        (["--layers", "ivory"], 2, "'ivory' is not in this release"),
        (["--min-count", "1000000", "--layers", "firearms,drugs"], 2, "nothing to export"),
        (["--draws", "-1"], 2, "give 0 to 10000 draws"),
        (["--release", "r000000000000"], 3, "is missing"),
    ],
)
def test_a_wrong_wish_is_one_sentence_and_leaves_nothing(
    own_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, says: str
) -> None:
    out = tmp_path / "out"
    assert main(["snapshot", "--store", str(own_root), "--out", str(out), *arguments]) == code
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_target_in_use_is_refused(own_root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("keep")
    (tmp_path / "mine.zip").write_text("keep")
    for name in ("full", "mine.zip"):
        assert main(["snapshot", "--store", str(own_root), "--out", str(tmp_path / name)]) == 3
        assert "is there already" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["full", "mine.txt", "mine.zip"]


@pytest.mark.usefixtures("quick")
def test_a_folder_that_cannot_be_written_is_one_sentence(own: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(SnapshotError, match="cannot be written"):
        snapshot.write(own, replace(REQUEST, formats=("csv",)), tmp_path / "file" / "out")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("form", ["csv", "gpkg", "kml", "geojson", "geoparquet"])
def test_a_full_disk_leaves_nothing_half_written(own: Store, own_root: Path, tmp_path: Path, form: str) -> None:
    lines, (_, most) = len(audit.entries(own_root)), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, most))  # bytes a file may have; some files are larger
    try:
        with pytest.raises(SnapshotError, match=r"cannot be written|rows were written"):
            snapshot.write(own, replace(REQUEST, formats=(form,)), tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert list(tmp_path.iterdir()) == []
    assert len(audit.entries(own_root)) == lines


@pytest.mark.usefixtures("quick")
def test_no_line_in_the_log_no_export(sample_root: Path, tmp_path: Path) -> None:
    root = linked(tmp_path, sample_root)
    (root / audit.FOLDER).write_text("a file in its place")
    with pytest.raises(SnapshotError, match="nothing is exported"):
        snapshot.write(stores.opened(root), replace(REQUEST, formats=("csv",)), tmp_path / "out")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store"]


@pytest.mark.usefixtures("quick")
def test_the_log_holds_what_left_and_no_data(own: Store, own_root: Path, tmp_path: Path) -> None:
    snapshot.write(own, replace(REQUEST, formats=("csv",)), tmp_path / "kept")
    row = audit.entries(own_root)[-1]
    assert (row["what"], row["target"], row["release"]) == ("snapshot", "kept", own.release.id)
    assert row["filters"]["region"] == ["South America"]
    assert str(tmp_path) not in json.dumps(row)
    assert audit.verify(own_root) == []


def closed(own: Store, **changes: Any) -> Store:
    """Return the store with other words about its firearms source."""
    sources = own.sources.copy()
    for name, value in changes.items():
        sources.loc[sources["source_id"] == "sample-firearms", name] = value
    made = replace(own)
    made.__dict__.update({name: value for name, value in own.__dict__.items() if name not in ("release", "con")})
    made.__dict__["sources"] = sources
    return made


def test_records_of_a_closed_source_stay_and_its_sums_go(own: Store, tmp_path: Path) -> None:
    store = closed(own, redistributable=False, marking="TLP:AMBER")
    manifest = snapshot.write(store, UNTESTED, tmp_path / "out")
    assert set(pd.read_csv(tmp_path / "out" / "tables" / "evidence.csv")["source_id"]) == {"sample-drugs"}
    assert "firearms" in set(pd.read_csv(tmp_path / "out" / "csv" / "flows.csv")["layer"])
    assert any(line.startswith("sample-firearms: ") for line in manifest["left_out"])
    assert manifest["marking"] == "TLP:AMBER"
    assert set(pd.read_csv(tmp_path / "out" / "csv" / "flows.csv")["marking"]) == {"TLP:AMBER"}


def test_red_is_refused_unless_its_layer_is_left_out(own: Store, tmp_path: Path) -> None:
    store = closed(own, marking="TLP:RED")
    with pytest.raises(SnapshotError, match="TLP:RED"):
        snapshot.write(store, UNTESTED, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    drugs = replace(UNTESTED, filters=replace(FILTERS, layers=("drugs",)))
    assert snapshot.write(store, drugs, tmp_path / "out")["marking"] == "TLP:CLEAR"
