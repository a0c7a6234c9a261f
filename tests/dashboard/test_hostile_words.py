"""Hostile words from the file to the screen, and hostile choices (checks 8 to 10 and 13 to 15, without a browser)."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard import assemble, cli, stores, words
from dashboard.filters import Filters
from dashboard.stores import Store
from data import release
from data.errors import FilterError
from tests.dashboard.test_new_layer import JOURNEYS, MAP, rows
from tests.data import files

PAYLOADS = (
    "@@=foo()",
    "@@#x",
    "@@type",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "[x](javascript:alert(1))",
    "javascript:alert(1)",
    "![](http://127.0.0.1:9/b)",
    "safe\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe",
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a released store in which one record of each payload has it in every text column."""
    folder = tmp_path_factory.mktemp("payloads")
    made = rows(JOURNEYS)
    bad = [{**made[0], "Species": word, "From town": word, "Town": word, "@@type": word} for word in PAYLOADS]
    path = files.table(folder / "own.csv", [*({**row, "@@type": ""} for row in made), *bad])
    (folder / "MAP.toml").write_text(MAP, encoding="utf-8")
    assert cli.main(["import", "--map", str(folder / "MAP.toml"), str(path), "--store", str(folder / "store")]) == 0
    assert cli.main(["release", "--store", str(folder / "store")]) == 0
    return folder / "store"


@pytest.fixture(scope="module")
def opened(root: Path) -> Store:
    """Return the store, open for questions."""
    return stores.opened(root)


def texts(root: Path) -> set[str]:
    """Return every text of the release."""
    tables = [pq.read_table(path) for path in release.current(root).folder.glob("*.parquet")]
    columns = [column for table in tables for column in table.columns if pa.types.is_string(column.type)]
    return {word for column in columns for word in column.unique().to_pylist() if word}


def test_check_8_no_text_of_a_release_begins_with_what_map_libraries_run(root: Path) -> None:
    found = texts(root)
    assert not [word for word in found if word.startswith("@@")]
    assert {"@ @=foo()", "@ @#x", "@ @type"} <= found


def test_check_8_the_record_with_the_payload_is_counted_like_any_other(opened: Store) -> None:
    total = assemble.flows(opened, Filters(layers=("wildlife",)))["record_count"].sum()
    assert total == sum(count for _, _, count in JOURNEYS) + len(PAYLOADS)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_check_9_what_is_shown_of_a_payload_is_text(payload: str) -> None:
    shown = words.safe(payload)
    assert not any(sign in shown for sign in ("<", ">", "](", "javascript:a"))
    assert not shown.startswith("@@")


def test_check_10_what_is_shown_of_a_picture_asks_no_host() -> None:
    for shown in (words.safe("![](http://127.0.0.1:9/b)"), words.caption("a ![x](http://127.0.0.1:9/b) c")):
        assert "http" not in shown
        assert "![" not in shown


@pytest.mark.parametrize("word", ["' OR 1=1 --", "x'; drop table legs; --", "é\N{SNOWMAN}", "%", ""])
def test_check_13_a_filter_value_is_a_value_never_a_part_of_the_question(opened: Store, word: str) -> None:
    with pytest.raises(FilterError):
        assemble.flows(opened, Filters(layers=("wildlife",), commodity=(word,)))
    assert len(assemble.flows(opened, Filters(layers=("wildlife",))))


def test_check_13_100_000_layers_ask_as_one(opened: Store) -> None:
    many = Filters(layers=("wildlife", *(f"no-such-{number}" for number in range(100_000))))
    found, same = (assemble.flows(opened, chosen) for chosen in (many, Filters(layers=("wildlife",))))
    assert found["record_count"].sum() == same["record_count"].sum()


def test_check_13_a_filter_gives_what_python_counts(opened: Store) -> None:
    found = assemble.flows(opened, Filters(layers=("wildlife",), commodity=("wildlife:ivory",)))
    assert found["record_count"].sum() == sum(row["Species"] == "Ivory" for row in rows(JOURNEYS))


@pytest.mark.parametrize(
    ("name", "value"),
    [("min_count", "9" * 10_000), ("since", "<script>alert(1)</script>"), ("mode", "zeppelin"), ("kappa", "nan")],
)
def test_check_14_nonsense_in_a_link_falls_back_with_a_notice(name: str, value: str) -> None:
    chosen, notices = Filters.from_url({name: value})
    assert chosen == Filters()
    assert len(notices) == 1
    assert len(notices[0]) < 250


@pytest.mark.parametrize(
    "chosen",
    [Filters(layers=()), Filters(layers=("drugs",)), Filters(min_count=10**6), Filters(region=("Oceania",))],
    ids=["no layer", "an empty layer", "too few", "an empty region"],
)
def test_check_15_an_empty_choice_is_an_empty_answer(opened: Store, chosen: Filters) -> None:
    view = assemble.explore(opened, chosen)
    assert view.flows.empty
    assert view.corridors.empty
