"""A long file is read in parts, and nothing shows where they meet."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import importing
from data import contracts, raw, store
from data.errors import SourceError
from data.identity import Seen, digest_of, digests, identities, numbered
from tests.data import files
from tests.data.test_mapping import ROW, card

TABLES = [table.name for table in (*contracts.IMPORTED, contracts.QUARANTINE)]


def rows(*kinds: int) -> list[dict[str, object]]:
    """Return rows of which equal numbers are equal rows."""
    return [{**ROW, "Pieces": str(kind), "From": "Uganda" if kind % 2 else "Atlantis"} for kind in kinds]


def imported(
    root: Path, path: Path, monkeypatch: pytest.MonkeyPatch, part: int, **changes: object
) -> dict[str, object]:
    """Return the tables of a file that is read in parts of so many rows, each sorted, and its report."""
    monkeypatch.setattr(raw, "PART_ROWS", part)
    monkeypatch.setattr(raw, "SHORT_PART", 2)
    (report,) = importing.import_mapped(root, card(**changes), [path], is_lenient=True)
    (folder,) = store.imports(root)
    tables = {name: sorted(pq.read_table(folder / f"{name}.parquet").to_pylist(), key=str) for name in TABLES}
    return {**tables, "report": report}


@pytest.mark.parametrize("changes", [{}, {"columns": card()["columns"] | {"id": "Pieces"}}], ids=["content", "id"])
@pytest.mark.parametrize("part", [2, 3, 5])
def test_a_file_read_in_parts_gives_the_tables_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int, changes: dict[str, object]
) -> None:
    path = files.table(tmp_path / "own.csv", [*rows(1, 2, 1, 3, 2, 1, 4, 4), {"Date": "Source: a ministry"}], sep=";")
    whole = imported(tmp_path / "whole", path, monkeypatch, 1000, **changes)
    assert imported(tmp_path / "parts", path, monkeypatch, part, **changes) == whole
    assert len(whole["observations"]) == (8 if not changes else 4)  # type: ignore[arg-type]
    assert len(whole["quarantine"]) == (1 if not changes else 5)  # type: ignore[arg-type]


def test_an_id_that_a_later_part_repeats_refuses_the_file_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw, "PART_ROWS", 2)
    monkeypatch.setattr(raw, "SHORT_PART", 1)
    path = files.table(tmp_path / "own.csv", rows(1, 2, 3, 1), sep=";")
    own = card(columns=card()["columns"] | {"id": "Pieces"})
    with pytest.raises(SourceError, match=r"^own\.csv, row 5, column Pieces: '1' [^\n]*\.$"):
        importing.import_mapped(tmp_path / "store", own, [path])
    assert not (tmp_path / "store").exists()


def test_what_is_wrong_in_a_later_part_is_named_by_its_row_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raw, "PART_ROWS", 2)
    monkeypatch.setattr(raw, "SHORT_PART", 1)
    path = files.table(tmp_path / "own.csv", [*rows(1, 2, 3, 4), {**ROW, "Date": "yesterday"}], sep=";")
    with pytest.raises(SourceError, match=r"^own\.csv, row 6, column Date: 'yesterday' is no day"):
        importing.import_mapped(tmp_path / "store", card(), [path])


def test_a_dry_run_counts_every_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw, "PART_ROWS", 2)
    monkeypatch.setattr(raw, "SHORT_PART", 1)
    path = files.table(tmp_path / "own.csv", [*rows(1, 2, 4), {**ROW, "Date": "yesterday"}], sep=";")
    parsed, report = importing.tried(card(), path)
    assert (report.row_count_read, report.row_count_kept, report.row_count_quarantined) == (4, 3, 1)
    assert report.unresolved == {"Atlantis": 2}
    assert (len(parsed.observations), parsed.quarantine["source_row"].tolist()) == (2, [5])


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=6), max_size=4))
def test_numbering_part_by_part_is_numbering_the_whole(parts: list[list[str]]) -> None:
    seen, found = Seen(), []
    for part in parts:
        digest = digests([pd.Series(part, dtype="str")])
        found += numbered("s", digest, before=seen.counts(digest))["obs_id"].tolist()
        seen.add(digest)
    whole = identities("s", [pd.Series([word for part in parts for word in part], dtype="str")])
    assert found == whole["obs_id"].tolist()
    assert seen.counts(digest_of(whole["obs_id"], "s")).tolist() == whole["repeat_count"].tolist()
    assert seen.has_spread == any(set(a) & set(b) for at, a in enumerate(parts) for b in parts[:at])
