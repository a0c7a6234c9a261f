"""The command that writes briefs for officials."""

import argparse
from pathlib import Path

from dashboard import brief, brief_files, printing, stores
from dashboard.cli_parts import DONE, add_filters, filters_of, progress
from dashboard.filters import LAYERS, words_of
from data.errors import FilterError

FORMATS = tuple(suffix[1:] for suffix in brief_files.KINDS)


def add_brief(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command that writes one brief, or one for each of several countries."""
    does = "Write a brief for officials: map, findings, what changed, what nobody can see; PDF, slides or HTML."
    parser = commands.add_parser("brief", help=does, description=does, conflict_handler="resolve")
    add_filters(parser)
    help_out = "a file ending in .pdf, .pptx or .html; with --countries a folder"
    parser.add_argument("--out", type=Path, required=True, metavar="FILE|DIR", help=help_out)
    help_layers = "what the brief is about, as drugs:opiates,drugs:cocaine (default: firearms and every other layer)"
    parser.add_argument("--layers", type=words_of, default=(), metavar="A,B", help=help_layers)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--country", metavar="XXX", help="only corridors with an end in this country, as TUR")
    which.add_argument("--countries", type=words_of, metavar="XXX,YYY", help="one brief for each of these countries")
    parser.add_argument("--format", choices=FORMATS, default="pdf", help="with --countries (default: %(default)s)")
    parser.set_defaults(command=_brief)


def _brief(arguments: argparse.Namespace) -> int:
    out: Path = arguments.out
    if arguments.countries is None:
        brief_files.require_kind(out.suffix)
        brief_files.require_folder(out.parent)
    elif not arguments.countries:
        raise FilterError("--countries names no country; give some, as TUR,BGR.")
    for country in arguments.countries or [arguments.country] * bool(arguments.country):
        brief.require_country(country)
    store = stores.opened(arguments.store, arguments.release)
    with progress() as told:
        told("comparing layers")
        found = brief.gathered(store, filters_of(arguments, LAYERS), arguments.layers)
        if arguments.countries is not None:
            paths = brief_files.batch(found, arguments.countries, out, f".{arguments.format}", told)
        else:
            told(f"writing {out.name}")
            brief_files.write(store, brief.brief(found, arguments.country), out)
            paths = [out]
    printing.warn_synthetic(store.is_synthetic)
    for path in paths:
        printing.OUT.print(str(path), markup=False)
    return DONE
