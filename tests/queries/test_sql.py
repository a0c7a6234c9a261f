"""Every SQL file says what it returns, takes what it says, and runs."""

import ast
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest
from duckdb import DuckDBPyConnection

from dashboard.stores import Store
from data.errors import QueryError
from queries import connection, run

FOLDER = Path(__file__).parents[2] / "queries"
READ = sorted(path.stem for path in (FOLDER / "read").glob("*.sql"))
FILES = sorted(FOLDER.rglob("*.sql"))
VALUES: dict[str, object] = {
    "since": date(2016, 1, 1),
    "middle": date(2018, 1, 1),
    "until": date(2020, 1, 1),
    "layers": ["firearms", "drugs", "human_trafficking", "terrorism"],
    "countries": None,
    "limited": None,
    "commodities": None,
    "modes": None,
    "modi": None,
    "pairs": None,
    "min_count": 1,
    "place_a": "city:MEX:guadalajara",
    "place_b": "city:USA:houston",
    "trace_id": "sample-trace:000005",
}
WITHOUT_FLOWS, OF_TWO_SOURCES = {"context_layers", "modus_context"}, {"duplicates", "duplicate_counts"}
NOT_IN_THE_SAMPLE = WITHOUT_FLOWS | OF_TWO_SOURCES  # layers of these kinds
BUILD_PARAMETERS = (
    *("reliability", "credibility", "trace_factor", "bin_years", "k"),
    *("span_days", "days", "distance_km", "tolerance"),
)


def header(path: Path) -> dict[str, str]:
    """Return the parts of the comment that opens a file; a part may run over several lines."""
    parts: dict[str, str] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("--"):
            break
        found = re.match(r"-- (\w+): +(.*)", line)
        if found:
            name = found[1]
            parts[name] = found[2]
        else:
            parts[name] += " " + line.removeprefix("--").strip()
    return parts


def parameters(text: str) -> set[str]:
    """Return the parameters DuckDB itself finds."""
    return {name.lower() for name in duckdb.extract_statements(text)[0].named_parameters}


def described(words: str) -> set[str]:
    """Return the parameter names a header lists, before any explanation in brackets."""
    plain = re.sub(r"\([^)]*\)", "", words)
    return {name for name in (*VALUES, *BUILD_PARAMETERS) if re.search(rf"\b{name}\b", plain)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_header_names_rows_params_reads_and_order(path: Path) -> None:
    assert list(header(path)) == ["rows", "params", "reads", "order"]


@pytest.mark.parametrize("path", [p for p in FILES if p.parent.name != "macros"], ids=lambda path: path.stem)
def test_header_lists_the_parameters_duckdb_finds(path: Path) -> None:
    assert described(header(path)["params"]) == parameters(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_file_is_one_statement_in_lower_case(path: Path) -> None:
    code = "\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("--"))
    assert len(duckdb.extract_statements(code)) == 1
    assert re.findall(r"\b[A-Z]{2,}\b", code) == []


@pytest.mark.parametrize("name", READ)
def test_query_runs_and_keeps_its_order(store: Store, name: str) -> None:
    path = FOLDER / "read" / f"{name}.sql"
    wanted = {key: VALUES[key] for key in parameters(path.read_text(encoding="utf-8"))}
    if "trace_id" in wanted:
        wanted["trace_id"] = pq.read_table(store.release.path("custody_events"))["trace_id"][0].as_py()
    rows = run.rows(store.con, name, **wanted)
    assert len(rows) > 0 or name in NOT_IN_THE_SAMPLE
    pd.testing.assert_frame_equal(rows, run.rows(store.con, name, **wanted))
    order = header(path)["order"]
    if order.startswith("as in "):
        table = pq.read_table(store.release.path(order.removeprefix("as in ")), columns=list(rows)).to_pandas()
        pd.testing.assert_frame_equal(rows, table)
        return
    keys = [words.split()[0] for words in order.split(",")]
    if "descending" not in order and not rows[keys].isna().to_numpy().any():
        pd.testing.assert_frame_equal(rows[keys], rows[keys].sort_values(keys, ignore_index=True))


def test_a_missing_or_extra_parameter_is_an_error(store: Store) -> None:
    with pytest.raises(QueryError, match="incidents_by_year"):
        run.rows(store.con, "incidents_by_year", since=None)
    with pytest.raises(QueryError, match="places"):
        run.rows(store.con, "places", surplus=1)


@pytest.mark.parametrize(
    "attack",
    [
        "select * from read_csv('/etc/passwd')",
        "select * from '{outside}'",
        "copy (select 1) to '{outside}'",
        "attach '{outside}' as other",
        "install spatial",
        "set enable_external_access = true",
        "set python_enable_replacements = true",
        "select * from secret_frame",
    ],
)
def test_connection_reaches_nothing_but_its_folder(store: Store, tmp_path: Path, attack: str) -> None:
    outside = tmp_path / "outside.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(outside)
    secret_frame = pd.DataFrame({"a": [1]})
    assert len(secret_frame) == 1
    with pytest.raises(duckdb.Error):
        store.con.cursor().execute(attack.format(outside=outside)).fetchall()
    assert run.rows(store.con, "places")["place_id"].is_unique


def test_check_41_eight_threads_get_their_own_answers(store: Store) -> None:
    """Check 41: 2,400 questions of three kinds at once; what is right is counted without a query."""
    incidents = pq.read_table(store.release.path("incidents"), columns=["year"])["year"].to_pandas()
    counts, place_count = incidents.value_counts(), pq.read_metadata(store.release.path("places")).num_rows
    assert len(counts) > 5

    def ask(at: int) -> int:
        if at % 3 == 0:
            return len(run.rows(store.con, "sources"))
        if at % 3 == 1:
            return len(run.rows(store.con, "places"))
        year, some = int(counts.index[at % len(counts)]), {"layers": None, "countries": None}
        until = date(year + 1, 1, 1)
        rows = run.rows(store.con, "incidents_by_year", since=date(year, 1, 1), until=until, **some)
        return int(rows["record_count"].sum())

    def right(at: int) -> int:
        if at % 3 == 1:
            return int(place_count)
        return int(counts.iloc[at % len(counts)]) if at % 3 else 4  # the sample's four sources

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(2400)))
    assert answers == [right(at) for at in range(2400)]


def sql_calls(path: Path) -> list[ast.Call]:
    """Return the calls of a module that hand a text to DuckDB."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    asking = [call for call in calls if isinstance(call.func, ast.Attribute)]
    return [call for call in asking if call.func.attr in ("execute", "executemany", "sql")]  # type: ignore[attr-defined]


def test_check_41_questions_are_asked_in_one_place_of_a_cursor() -> None:
    """Check 41: outside queries nothing asks a connection, and there the shared one is asked through a cursor."""
    rooms = [path for room in ("data", "geo", "dashboard") for path in (FOLDER.parent / room).rglob("*.py")]
    asked = [f"{path.name}:{call.lineno} {ast.unparse(call)}" for path in rooms for call in sql_calls(path)]
    assert [call for call in asked if "run.sql(" not in call] == []  # run.sql returns a text
    inside = {ast.unparse(call.func) for call in sql_calls(FOLDER / "run.py")}
    assert inside == {"cursor.execute", "con.sql"}  # con.sql: build alone, of a connection no one shares


def test_check_13_no_question_is_put_together_of_pieces() -> None:
    """Check 13: what DuckDB is handed is a file's text or a fixed one, never formatted or added up."""
    calls = [call for path in FOLDER.rglob("*.py") for call in sql_calls(path)]
    texts = [call.args[0] for call in calls]
    assert len(texts) >= 5
    files = {"sql(f'read/{name}')", "sql(f'build/{name}')", "lock"}
    for text in texts:
        is_file = ast.unparse(text) in files or "read_text" in ast.unparse(text)
        assert is_file or isinstance(text, ast.Constant), ast.unparse(text)


def test_a_damaged_table_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "legs.parquet").write_bytes(b"PAR1 no table PAR1")
    with pytest.raises(QueryError, match="a table cannot be read"):
        connection.connect({"legs": [tmp_path / "legs.parquet"]}, tmp_path)


def built_from(tmp_path: Path, **tables: pd.DataFrame) -> DuckDBPyConnection:
    """Return a connection that sees the given small tables."""
    for name, rows in tables.items():
        rows.to_parquet(tmp_path / f"{name}.parquet")
    return connection.connect({name: [tmp_path / f"{name}.parquet"] for name in tables}, tmp_path)


def test_diversion_is_the_first_step_out_of_lawful_hands(tmp_path: Path) -> None:
    events = pd.DataFrame(
        {
            "trace_id": "t1",
            "seq": [0, 1, 2, 3],
            "event": ["made", "sold", "reported_stolen", "seized"],
            "place_id": ["DEU", "FRA", "FRA", "ITA"],
            "is_lawful": [True, True, False, False],
            "date_start": [pd.Timestamp(2015, 1, 1), pd.Timestamp(2016, 1, 1), pd.NaT, pd.Timestamp(2020, 1, 1)],
            "date_end": [pd.Timestamp(2015, 1, 1), pd.Timestamp(2016, 1, 1), pd.NaT, pd.Timestamp(2020, 1, 1)],
        }
    )
    con = built_from(tmp_path, custody_events=events)
    run.build(con, "custody_edges")
    edges = run.arrow(con, "custody_edges").to_pandas()
    assert edges["is_diversion"].tolist() == [False, True, False]
    assert edges["days"].tolist()[0] == 365  # 2015 has 365 days
    assert edges["days"].isna().tolist() == [False, True, True]


SLOW = "select count(*) as n from range(1000000) as a(x), range(1000000) as b(y) where (x * y) % 7 = 3"
LARGE = "select n, md5(n::varchar) as text from range(20000000) as r(n) order by text"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (SLOW, r"^The query months was stopped after 0\.2 seconds; choose "),
        (LARGE, r"^The query months failed: Out of Memory"),
    ],
    ids=["slow", "large"],
)
def test_check_40_a_query_too_long_or_too_large_is_stopped_and_the_next_is_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str, told: str
) -> None:
    monkeypatch.setattr(connection, "READING_MEMORY", "100MB")
    monkeypatch.setattr(run, "LIMIT_SECONDS", 0.2 if statement == SLOW else 60.0)
    con = connection.connect({}, tmp_path)
    monkeypatch.setattr(run, "sql", lambda name: statement)
    with pytest.raises(QueryError, match=told):
        run.rows(con, "months")
    monkeypatch.setattr(run, "sql", lambda name: "select 6 * 7 as answer")
    assert run.rows(con, "months")["answer"].tolist() == [42]
    con.close()
