"""The commands for what leaves the building: snapshot, verify, reproduce, audit."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from dashboard import assemble, audit, printing, questions, snapshot, snapshot_check, stores
from dashboard.cli_parts import DONE, add, add_filters, filters_of, folder, whole
from dashboard.cli_parts import progress as progress_bar
from dashboard.filters import LAYERS, Filters, words_of
from dashboard.relations import Draws
from dashboard.snapshot import Request

REFUSED = 3
NO_LOG = f"There is no export log: nothing was exported from this store yet, or its folder {audit.FOLDER} was removed."
ENTRY = ("seq", "at", "what", "target", "release", "marking", "rows", "filters")


def add_snapshot(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command that writes a snapshot."""
    does = "Freeze a choice as files with manifest, codebook and citations."
    parser = commands.add_parser("snapshot", help=does, description=does, conflict_handler="resolve")
    add_filters(parser)
    known = ",".join((*snapshot.VECTORS, *snapshot.PICTURES))
    parser.add_argument(
        "--formats", "--format", type=words_of, default=snapshot.VECTORS, help=f"of {known} (default: all but pictures)"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR|FILE.zip", help="must not exist, or be empty")
    parser.add_argument("--layers", type=words_of, default=LAYERS, help="as firearms,drugs (default: all)")
    parser.add_argument("--top", type=int, default=Filters.top, help="flows of a layer that count as shown")
    help_draws = "worlds to draw from the null model; 0 tests nothing (default: %(default)s)"
    parser.add_argument("--draws", type=int, default=assemble.NULL_DRAWS, help=help_draws)
    parser.add_argument("--seed", type=whole(0), default=assemble.NULL_SEED, help="of the draws (default: %(default)s)")
    parser.set_defaults(command=_snapshot)


def add_verify(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command that checks a snapshot."""
    parser = add(commands, "verify", "Check every file of a snapshot against its manifest.")
    parser.add_argument("path", type=Path, metavar="DIR|FILE.zip", help="a snapshot")
    parser.set_defaults(command=_verify)


def add_reproduce(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command that makes a snapshot again."""
    parser = add(commands, "reproduce", "Make a snapshot again from its manifest; every file must be the same.")
    parser.add_argument("manifest", type=Path, metavar="MANIFEST", help="manifest.json of the snapshot")
    parser.add_argument("--store", type=folder, required=True, metavar="DIR", help="the store it was made from")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR|FILE.zip", help="must not exist, or be empty")
    parser.set_defaults(command=_reproduce)


def add_audit(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command that shows and checks the log of what left."""
    parser = add(commands, "audit", "List or check the log of everything that left a store.")
    parser.add_argument("action", choices=("list", "verify"), help="list the lines, or check that none was changed")
    parser.add_argument("--store", type=folder, required=True, metavar="DIR", help="the store")
    parser.add_argument("--format", choices=("table", "json", "csv"), default="table", help="default: %(default)s")
    parser.set_defaults(command=_audit)


def _snapshot(arguments: argparse.Namespace) -> int:
    draws = Draws(arguments.draws, arguments.seed)
    chosen = replace(filters_of(arguments, arguments.layers), top=arguments.top)
    request = Request(chosen, tuple(arguments.formats), draws)
    snapshot.require_free(arguments.out)
    store = stores.opened(arguments.store, arguments.release)
    questions.require_layers(store, tuple(name for name in arguments.layers if name not in LAYERS))
    with progress_bar() as progress:
        progress("writing the snapshot")
        manifest = snapshot.write(store, request, arguments.out)
    _show(manifest, arguments.out)
    return DONE


def _verify(arguments: argparse.Namespace) -> int:
    wrong = snapshot_check.verify(arguments.path)
    for line in wrong:
        printing.NOTES.print(f"contraflow: {line}.", markup=False)
    if not wrong:
        printing.OUT.print(f"{arguments.path}: every file is as it was written.", markup=False)
    return REFUSED if wrong else DONE


def _reproduce(arguments: argparse.Namespace) -> int:
    with progress_bar() as progress:
        progress("making the snapshot again")
        remade = snapshot_check.reproduce(arguments.manifest, arguments.store, arguments.out)
    for line in remade.warnings:
        printing.NOTES.print(f"note: {line}; the files are the same all the same.", markup=False)
    _show(remade.manifest, arguments.out)
    printing.OUT.print("Every file is the same as in the manifest.")
    return DONE


def _audit(arguments: argparse.Namespace) -> int:
    has_log = audit.has_log(arguments.store)
    if arguments.action == "list":
        rows = pd.DataFrame([_entry(row) for row in audit.entries(arguments.store)], columns=list(ENTRY))
        _list(rows, arguments.format)
        return DONE
    wrong = audit.verify(arguments.store)
    for line in wrong:
        printing.NOTES.print(f"contraflow: the export log was changed: {line}.", markup=False)
    if not wrong:
        printing.OUT.print("The export log is whole." if has_log else NO_LOG, markup=False)
    return REFUSED if wrong else DONE


def _list(rows: pd.DataFrame, form: str) -> None:
    if form == "json":
        printing.write_json(printing.plain_rows(rows))
    elif form == "csv":
        printing.write_csv(rows)
    else:
        printing.write_table(rows, "exports")


def _entry(row: dict[str, Any]) -> dict[str, object]:
    """Return a line of the log as a table shows it."""
    told = ";".join(
        f"{name}={value}" for name, value in dict(row.get("filters", {})).items() if value not in (None, [])
    )
    rows = sum(dict(row.get("row_counts", {})).values())
    return {name: row.get(name) for name in ENTRY} | {"rows": rows, "filters": told}


def _show(manifest: dict[str, Any], out: Path) -> None:
    printing.warn_synthetic(bool(manifest["is_synthetic"]))
    printing.OUT.print(f"{out}: {manifest['marking']}, release {manifest['release']}", markup=False)
    for name, count in manifest["row_counts"].items():
        printing.OUT.print(f"  {count:>9,}  {name}")
    for line in manifest["left_out"]:
        printing.OUT.print(f"  note: {line}", markup=False)
