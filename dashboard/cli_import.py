"""The commands that read files into a store: of a published source, or of the user's own by a map."""

import argparse
from dataclasses import replace
from pathlib import Path

import pandas as pd

from dashboard import importing, printing, snapshot_formats
from dashboard.cli_parts import DONE, add, folder
from dashboard.cli_parts import progress as progress_bar
from data import contracts, guess, mapping, rules, store
from data.errors import FilterError
from data.parsed import Parsed
from data.places import gazetteer
from data.sources import register


def add_import(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``contraflow import``."""
    parser = add(commands, "import", "Read files into a store: of a published source, or your own with --map.")
    help_files = "SOURCE FILE...: the source and its files as published; with --map only files"
    parser.add_argument("files", nargs="+", metavar="SOURCE FILE", help=help_files)
    parser.add_argument("--map", type=Path, metavar="MAP.toml", help="says what the columns of your own files hold")
    parser.add_argument("--store", type=folder, metavar="DIR", help="the store; made if missing")
    help_quarantine = "set impossible rows aside instead of refusing the file"
    parser.add_argument("--quarantine", action="store_true", help=help_quarantine)
    help_dry = "with --map: say what would be taken and what not, and store nothing"
    parser.add_argument("--dry-run", action="store_true", help=help_dry)
    parser.add_argument("--rejected", type=Path, metavar="CSV", help="with --dry-run: write the rows set aside there")
    parser.add_argument("--year", type=int, help="for files that do not say which year they are about")
    parser.set_defaults(command=_import, wrong=parser.error)


def add_map(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``contraflow map``."""
    parser = add(commands, "map", "Guess a map of a file of your own from its headings and values, for you to edit.")
    parser.add_argument("file", type=Path, metavar="FILE", help="CSV, XLSX, Parquet or GeoJSON")
    parser.add_argument("--out", type=Path, metavar="MAP.toml", help="write the map there instead of printing it")
    parser.set_defaults(command=_map)


def _import(arguments: argparse.Namespace) -> int:
    _check_usage(arguments)
    if arguments.dry_run:
        return _try(arguments)
    options = {"is_lenient": arguments.quarantine}
    with progress_bar() as progress:
        if arguments.map:
            card, paths = mapping.load(arguments.map), [Path(name) for name in arguments.files]
            reports = importing.import_mapped(arguments.store, card, paths, progress, **options)
        else:
            source_id, *names = arguments.files
            paths, options = [Path(name) for name in names], {**options, "year": arguments.year}
            reports = importing.import_files(arguments.store, source_id, paths, progress, **options)
    for report in reports:
        show_report(report)
    return DONE


def _check_usage(arguments: argparse.Namespace) -> None:
    """End with the usage when the arguments do not go together."""
    if arguments.map is None:
        known = register.source_ids()
        if arguments.files[0] not in known:
            arguments.wrong(f"{arguments.files[0]!r} is no source; choose from {', '.join(known)}, or give --map")
        if len(arguments.files) < 2:
            arguments.wrong("name one file or more after the source")
        if arguments.dry_run:
            arguments.wrong("--dry-run goes with --map")
    elif arguments.year is not None:
        arguments.wrong("--year goes with a published source; a map names the column of its dates")
    if arguments.rejected and not arguments.dry_run:
        arguments.wrong("--rejected goes with --dry-run")
    if arguments.store is None and not arguments.dry_run:
        arguments.wrong("the following arguments are required: --store")


def show_report(report: store.ImportReport) -> None:
    """Print what became of one file's rows, each reason with the id of its rule."""
    rows = {f"{rules.id_of(rule)}: {rule}": count for rule, count in report.rules.items()}
    printing.show_report(replace(report, rules=rows))


def _try(arguments: argparse.Namespace) -> int:
    if arguments.rejected and arguments.rejected.exists():
        raise FilterError(f"{arguments.rejected} is there already; choose another --rejected.")
    card, set_aside = mapping.load(arguments.map), []
    for name in arguments.files:
        with progress_bar() as progress:
            progress(f"reading {name}")
            parsed, report = importing.tried(card, Path(name))
        show_report(report)
        for name, near in suggestions(parsed).items():
            printing.OUT.print(f"  {name}: did you mean {near}?", markup=False)
        set_aside.append(parsed)
    printing.OUT.print("Nothing was stored (dry run).")
    if arguments.rejected:
        write_rejected(set_aside, arguments.rejected)
    return DONE


def suggestions(parsed: Parsed) -> dict[str, str]:
    """Return for each unknown name of a place or country the name most like it, where one is like it."""
    aside = parsed.quarantine.reindex(columns=["rule_id", "value"])
    of_countries = aside.loc[aside["rule_id"] == rules.COUNTRY_UNKNOWN, "value"]
    likely = {name: gazetteer().suggest(name) for name in parsed.unresolved["name"].drop_duplicates()}
    likely |= {name: gazetteer().suggest(name, is_country=True) for name in of_countries.dropna().drop_duplicates()}
    return {name: near for name, near in likely.items() if near}


def rejected(parsed: Parsed) -> pd.DataFrame:
    """Return the rows set aside, one a line, safe to open in a spreadsheet: no cell of the file becomes a formula."""
    return snapshot_formats.safe_rows(parsed.quarantine.reindex(columns=contracts.QUARANTINE.schema.names))


def write_rejected(read: list[Parsed], path: Path) -> None:
    """Write the rows set aside of several files as one CSV.

    Raises:
        SourceError: the disk refuses.
    """
    rows = pd.concat([rejected(parsed).astype("object") for parsed in read], ignore_index=True)
    store.write_text(path, rows.to_csv(index=False))


def _map(arguments: argparse.Namespace) -> int:
    words = guess.toml(guess.card(arguments.file))
    if arguments.out is None:
        printing.OUT.print(words, markup=False, end="")
        return DONE
    if arguments.out.exists():
        raise FilterError(f"{arguments.out} is there already; choose another --out.")
    store.write_text(arguments.out, words)
    printing.OUT.print(f"{arguments.out}: edit it, then contraflow import --map {arguments.out} FILE", markup=False)
    return DONE
