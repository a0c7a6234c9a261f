"""What the command line prints, and its exit codes."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard import questions
from dashboard.cli import main
from dashboard.stores import Store
from data.errors import FilterError


def test_flows_as_json_is_a_list_of_objects(sample_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flows", "--store", str(sample_root), "--layer", "firearms", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    wanted = {"layer", "origin_id", "destination_id", "record_count", "item_count", "first_on", "last_on", "sources"}
    assert all(wanted <= set(row) for row in rows)
    assert len({(row["layer"], row["origin_id"], row["destination_id"]) for row in rows}) == len(rows)
    assert {row["sources"] for row in rows} == {"sample-firearms"}


def test_flows_as_csv_has_the_same_rows(sample_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["flows", "--store", str(sample_root), "--layer", "drugs", "--min-count", "20", "--format"]
    assert main([*arguments, "json"]) == 0
    as_json = json.loads(capsys.readouterr().out)
    assert main([*arguments, "csv"]) == 0
    as_csv = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [int(row["record_count"]) for row in as_csv] == [row["record_count"] for row in as_json]


def test_compare_as_json_keeps_its_promise(sample_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "--store", str(sample_root), "--layers", "firearms,drugs", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"release", "filters", "omega", "shares", "corridors"} <= set(told)
    assert told["is_synthetic"] is True
    assert sum(told["shares"].values()) == pytest.approx(1)
    first = told["corridors"][0]
    assert {"id", "origin", "destination", "label", "P_common", "P_inverse", "D", "records"} <= set(first)
    assert set(first["records"]) == {"firearms", "drugs"}
    assert {row["label"] for row in told["corridors"]} >= {"COMMON", "INVERSE", "CROSSING"}


def test_compare_with_draws_tells_what_the_null_model_leaves(
    sample_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["compare", "--store", str(sample_root), "--layers", "firearms,drugs", "--region", "South America"]
    told = []
    for _ in range(2):
        assert main([*arguments, "--draws", "49", "--format", "json"]) == 0
        told.append(json.loads(capsys.readouterr().out))
    assert told[0]["tests"] == told[1]["tests"]  # the same seed, the same worlds
    assert told[0]["tests"]["draw_count"] == 49
    for rung in ("full_margin", "polarity"):
        assert set(told[0]["tests"][rung]) == {"m", "r", "omega"}
        assert all(1 / 50 <= one["p"] <= 1 for one in told[0]["tests"][rung].values())
    assert told[0]["tests"]["sentence"].startswith("Against the null model: ")


def test_tables_say_synthetic_and_how_much_is_shown(sample_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "--store", str(sample_root), "--layers", "firearms,drugs"]) == 0
    printed = capsys.readouterr()
    assert "SYNTHETIC" in printed.err
    assert "showing 40 of" in printed.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["compare", "--layers", "firearms"], "give two"),
        (["compare", "--layers", "firearms,ivory"], "'ivory' is not in this release"),
        (["compare", "--layers", "drugs,drugs"], "give two"),
        (["flows", "--layer", "firearms", "--mode", "teleport"], "'teleport' is unknown"),
        (["flows", "--layer", "firearms", "--region", "Atlantis"], "Atlantis"),
        (["flows", "--layer", "firearms", "--since", "2020-01-01", "--until", "2019-01-01"], "is empty"),
        (["flows", "--layer", "firearms", "--min-count", "0"], "below 1"),
        (["flows", "--layer", "firearms", "--min-count", "0"], "give 1 or more"),
        (["flows", "--layer", ""], "names no layer; give one"),
        (["flows", "--layer", ","], "names no layer; give one"),
        (["whatif", "--close", "XXX-YYY"], "'XXX-YYY' names nothing that can close; give a land border as BGR-TUR"),
        (["whatif", "--close", "TUR"], "a place of the release, or a strait: babalmandab, bering,"),
        (["whatif", "--close", ""], "'' names nothing that can close"),
        (["compare", "--layers", "firearms,drugs", "--draws", "-1"], "give 0 to 10000 draws"),
    ],
)
def test_a_wrong_choice_is_one_sentence_and_exit_2(
    sample_root: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert main([*arguments, "--store", str(sample_root)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert says in printed.err
    assert printed.err.count("\n") == 1


def test_a_day_that_is_none_is_wrong_usage(sample_root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["flows", "--store", str(sample_root), "--layer", "firearms", "--since", "soon"])
    assert stop.value.code == 2
    assert "write it as 2020-01-31" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        *((["sample", "--out", "s", "--scale", word], "give a number above 0") for word in ("-1", "0", "nan", "inf")),
        (["sample", "--out", "s", "--rows", "-5"], "give a whole number, 1 or more"),
        (["sample", "--out", "s", "--seed", "-1"], "give a whole number, 0 or more"),
        (["sample", "--out", ""], "no folder is named"),
        (["validate", "--seed", "-1"], "give a whole number, 0 or more"),
        *((["serve", "--port", word], "give a whole number, 1 to 65535") for word in ("99999", "-1", "x")),
        (["import", "unodc-ids", "a.csv", "--store", ""], "no folder is named"),
        (
            ["import", "--map", "M.toml", "a.csv", "--store", "s", "--year", "2020"],
            "--year goes with a published source",
        ),
    ],
)
def test_an_option_out_of_range_is_wrong_usage(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert says in " ".join(capsys.readouterr().err.split())
    assert list(tmp_path.iterdir()) == []


def test_an_empty_release_says_that_it_holds_no_layer(store: Store) -> None:
    empty = replace(store)
    vars(empty)["spans"] = store.spans.iloc[:0]
    with pytest.raises(FilterError, match="it holds no layer; import files and run contraflow release"):
        questions.require_layers(empty, ("drugs",))


def test_a_store_without_a_release_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flows", "--store", str(tmp_path), "--layer", "firearms"]) == 3
    assert "no release here" in capsys.readouterr().err
    assert main(["release", "--store", str(tmp_path)]) == 3
    assert "nothing is imported yet" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["import", "release", "sample", "flows", "compare", "serve"])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert command in capsys.readouterr().out


def test_making_the_sample_twice_gives_the_same_release(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = tmp_path / "one", tmp_path / "two"
    for out in (first, second):
        assert main(["sample", "--out", str(out), "--scale", "0.05"]) == 0
    assert (first / "CURRENT").read_text() == (second / "CURRENT").read_text()
    manifests = [json.loads(next(out.glob("releases/*/manifest.json")).read_text()) for out in (first, second)]
    assert manifests[0]["files"]["legs.parquet"] == manifests[1]["files"]["legs.parquet"]
    assert "SYNTHETIC" in capsys.readouterr().err
