"""The command that lists which records are not counted because another source states the same event better."""

import argparse

from dashboard import duplicates, printing, questions, stores
from dashboard.cli_parts import DONE, add, folder
from dashboard.duplicates import Duplicates
from dashboard.filters import words_of
from dashboard.stores import Store

DECIMALS = {"km_apart": 1, "quantity_ratio": 3}
SHOWN = ("layer", "kept", "dropped", "first", "rule", "days_apart", "km_apart", "quantity_ratio", "matched_source_id")


def add_duplicates(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``contraflow duplicates``."""
    parser = add(commands, "duplicates", "List records left out because another source states the same event better.")
    parser.add_argument("--store", type=folder, required=True, metavar="DIR", help="the store")
    parser.add_argument("--release", help="a release id (default: the current one)")
    parser.add_argument("--layer", type=words_of, default=(), help="as drugs; several with commas (default: all)")
    parser.add_argument("--format", choices=("table", "json", "csv"), default="table", help="default: %(default)s")
    parser.set_defaults(command=_duplicates)


def _duplicates(arguments: argparse.Namespace) -> int:
    store = stores.opened(arguments.store, arguments.release)
    questions.require_layers(store, arguments.layer)
    found = duplicates.duplicates(store, arguments.layer or tuple(store.spans.index))
    printing.warn_synthetic(store.is_synthetic)
    if arguments.format == "json":
        printing.write_json(_told(store, found))
    elif arguments.format == "csv":
        printing.write_csv(found.rows.assign(is_synthetic=store.is_synthetic))
    else:
        _show(found)
    return DONE


def _told(store: Store, found: Duplicates) -> dict[str, object]:
    head = {"release": store.release.id, "is_synthetic": store.is_synthetic, "marking": store.marking}
    parts = {"counts": printing.plain_rows(found.counts), "rows": printing.plain_rows(found.rows)}
    return {**head, "sentence": duplicates.sentence(found), **parts}


def _show(found: Duplicates) -> None:
    """Print what was done, the counts per pair of sources, and the first records."""
    printing.OUT.print(duplicates.sentence(found), markup=False)
    if found.rows.empty:
        return
    printing.write_table(found.counts.round(DECIMALS), "pairs of sources")
    rows = found.rows.round(DECIMALS).assign(first=found.rows["kept_date_start"])
    for side in ("kept", "dropped"):
        rows[side] = rows[f"{side}_source_id"] + ": " + rows[f"{side}_file"] + " " + rows[f"{side}_row"].astype("str")
    printing.write_table(rows[list(SHOWN)], "records left out")
