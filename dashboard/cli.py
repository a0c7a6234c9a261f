"""The command line: thin commands over the functions the pages call."""

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from dashboard import (
    assemble,
    cli_brief,
    cli_duplicates,
    cli_export,
    cli_grades,
    cli_import,
    custody,
    importing,
    printing,
    printing_custody,
    publish,
    questions,
    relations,
    serving,
    stores,
    validate,
    whatif,
)
from dashboard.cli_parts import DONE, add, add_choice, add_filters, filters_of, folder, scale, whole
from dashboard.cli_parts import progress as progress_bar
from dashboard.filters import LAYERS, Filters, words_of
from data import disclosure, release, sample
from data.errors import ContraflowError, FilterError

USAGE, REFUSED = 2, 3
GC_OBJECTS = 50_000  # that come to be before unused ones are sought; Python's 700 make a brief 8 % slower


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return 0 when done, 2 for wrong usage, 3 for refused input."""
    arguments = _parser().parse_args(argv)
    gc.set_threshold(GC_OBJECTS)
    try:
        command: Callable[[argparse.Namespace], int] = arguments.command
        return command(arguments)
    except FilterError as wrong:
        return _fail(wrong, USAGE)
    except ContraflowError as wrong:
        return _fail(wrong, REFUSED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="contraflow", description="Firearms flows over drugs, people and violence.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add_command in (
        cli_import.add_import,
        cli_import.add_map,
        cli_grades.add_grade,
        cli_duplicates.add_duplicates,
        _add_release,
        _add_prune,
        _add_sample,
        _add_flows,
        _add_compare,
        _add_whatif,
        _add_validate,
        _add_chain,
        _add_serve,
        cli_brief.add_brief,
        cli_export.add_snapshot,
        cli_export.add_verify,
        cli_export.add_reproduce,
        cli_export.add_audit,
    ):
        add_command(commands)
    return parser


def _add_release(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add(commands, "release", "Derive legs and paths from all imports and publish them as the current release.")
    parser.add_argument("--store", type=folder, required=True, metavar="DIR", help="the store")
    help_k = "smallest count that is told of layers about victims (default: %(default)s)"
    parser.add_argument("--k-victims", type=int, default=disclosure.K_VICTIMS, metavar="K", help=help_k)
    parser.set_defaults(command=_release)


def _add_prune(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add(commands, "prune", "Remove old releases; snapshots of them can then no longer be rebuilt.")
    parser.add_argument("--store", type=folder, required=True, metavar="DIR", help="the store")
    parser.add_argument("--keep", type=int, default=release.KEEP, help="newest releases to keep (default: %(default)s)")
    parser.set_defaults(command=_prune)


def _add_sample(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add(
        commands, "sample", "Make a synthetic store with planted corridors (TRUTH.json); not about any real place."
    )
    parser.add_argument("--out", type=folder, required=True, metavar="DIR", help="the store to make")
    help_seed = "of the generator (default: %(default)s)"
    parser.add_argument("--seed", type=whole(0), default=sample.DEFAULT_SEED, help=help_seed)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--scale", type=scale, default=1.0, help="multiplies the record counts (default: %(default)s)")
    size.add_argument(
        "--rows", type=whole(1), metavar="N", help="instead of --scale: about so many records and incidents"
    )
    parser.set_defaults(command=_sample)


def _add_flows(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add(commands, "flows", "Print one row per layer, origin and destination.")
    parser.add_argument("--layer", required=True, help="for example firearms; several with commas")
    add_filters(parser)
    parser.set_defaults(command=_flows)


def _add_compare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add(commands, "compare", "Say on which corridors two layers run the same way or opposite ways.")
    parser.add_argument("--layers", required=True, help="two, as firearms,drugs or drugs:opiates,drugs:cocaine")
    add_filters(parser)
    help_draws = "worlds to draw from the null model, as 999; 0 tests nothing (default: %(default)s)"
    parser.add_argument("--draws", type=int, default=0, help=help_draws)
    parser.add_argument("--seed", type=whole(0), default=1, help="of the draws (default: %(default)s)")
    parser.set_defaults(command=_compare)


def _add_whatif(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add(commands, "whatif", "Say which flows would change, and to where, if a border, place or strait closed.")
    help_close = "a land border as BGR-TUR, a place of the release by id or name, or a strait as suez"
    parser.add_argument("--close", required=True, metavar="WHAT", help=help_close)
    parser.add_argument("--layers", type=words_of, default=LAYERS, help="as firearms,drugs (default: all)")
    add_filters(parser)
    parser.set_defaults(command=_whatif)


def _add_validate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add(commands, "validate", "Test the method on worlds with planted truth and write the report.")
    help_full = "under an hour on two cores, else about two and a half minutes"
    parser.add_argument("--full", action="store_true", help=help_full)
    parser.add_argument("--out", type=Path, default=Path("validation"), metavar="DIR", help="default: %(default)s")
    help_seed = "of every world (default: %(default)s)"
    parser.add_argument("--seed", type=whole(0), default=validate.DEFAULT_SEED, help=help_seed)
    parser.add_argument("--only", type=words_of, default=None, help="scenarios, as S1,S6 (default: all)")
    parser.set_defaults(command=_validate)


def _add_chain(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add(commands, "chain", "Print a traced firearm's holders in date order, its gaps, where it left the law.")
    parser.add_argument("trace_id", nargs="?", metavar="TRACE_ID", help="one trace; the filters do not limit it")
    parser.add_argument("--list", action="store_true", help="one row per trace that passes the filters")
    help_ranking = "where traced firearms were last lawful and first sold: country, division or place"
    parser.add_argument("--ranking", metavar="LEVEL", help=help_ranking)
    add_choice(parser, "any stated place in these regions or countries: Europe,TUR")
    parser.set_defaults(command=_chain)


def _add_serve(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = add(commands, "serve", "Serve the app on this machine.")
    parser.add_argument(
        "--store", type=folder, metavar="DIR", help="the store (default: CONTRAFLOW_STORE, or the sample's)"
    )
    parser.add_argument("--port", type=whole(1, 65_535), default=8501, help="default: %(default)s")
    parser.set_defaults(command=_serve)


def _release(arguments: argparse.Namespace) -> int:
    with progress_bar() as progress:
        made = publish.publish(arguments.store, progress, arguments.k_victims)
    printing.show_release(made)
    return DONE


def _prune(arguments: argparse.Namespace) -> int:
    for release_id in release.prune(arguments.store, arguments.keep):
        printing.OUT.print(f"removed {release_id}", markup=False)
    return DONE


def _sample(arguments: argparse.Namespace) -> int:
    scale = arguments.scale if arguments.rows is None else sample.scale_of(arguments.rows)
    with progress_bar() as progress:
        made = importing.make_sample(arguments.out, arguments.seed, scale, progress)
    printing.show_release(made)
    return DONE


def _flows(arguments: argparse.Namespace) -> int:
    layers = words_of(arguments.layer)
    if not layers:
        raise FilterError(f"--layer {arguments.layer!r} names no layer; give one, as firearms.")
    store = stores.opened(arguments.store, arguments.release)
    questions.require_layers(store, layers)
    found = assemble.flows(store, filters_of(arguments, layers))
    printing.show_flows(found.assign(is_synthetic=store.is_synthetic), arguments.format)
    return DONE


def _compare(arguments: argparse.Namespace) -> int:
    parts = words_of(arguments.layers)
    if len(parts) != 2 or parts[0] == parts[1]:
        raise FilterError(f"--layers {arguments.layers!r}: give two different layers, as firearms,drugs.")
    store = stores.opened(arguments.store, arguments.release)
    filters = filters_of(arguments, LAYERS)
    pair, draws, seed = (parts[0], parts[1]), arguments.draws, arguments.seed
    with progress_bar() as progress:
        progress("comparing")
        found = assemble.comparison(store, filters, pair, relations.Draws(draws, seed))
        progress("drawing worlds from the null model")
        tested = assemble.null_test(store, filters, pair, draws, seed) if draws else None
    printing.show_comparison(store, filters, pair, printing.Found(found, tested), arguments.format)
    return DONE


def _chain(arguments: argparse.Namespace) -> int:
    if [arguments.trace_id is not None, arguments.list, arguments.ranking is not None].count(True) != 1:
        raise FilterError("Give one trace id, or --list, or --ranking country; contraflow chain --list names all ids.")
    store = stores.opened(arguments.store, arguments.release)
    if arguments.trace_id is not None:
        printing_custody.show_chain(store, custody.chain(store, arguments.trace_id), arguments.format)
        return DONE
    filters = Filters(
        arguments.since,
        arguments.until,
        (relations.ANCHOR,),
        arguments.region,
        arguments.commodity,
        arguments.mode,
        arguments.modus,
    )
    if arguments.list:
        printing_custody.show_traces(store, filters, custody.traces(store, filters), arguments.format)
    else:
        found = custody.ranking(store, filters, arguments.ranking)
        printing_custody.show_ranking(store, filters, found, arguments.format)
    return DONE


def _whatif(arguments: argparse.Namespace) -> int:
    store = stores.opened(arguments.store, arguments.release)
    questions.require_layers(store, tuple(name for name in arguments.layers if name not in LAYERS))
    with progress_bar() as progress:
        progress("looking for other ways")
        found = whatif.whatif(store, filters_of(arguments, arguments.layers), arguments.close)
    printing.show_whatif(store, found, arguments.format)
    return DONE


def _validate(arguments: argparse.Namespace) -> int:
    with progress_bar() as progress:
        progress("validating")
        made = validate.run(
            "full" if arguments.full else "reduced",
            arguments.seed,
            arguments.only,
            lambda name, done, total: progress(f"{name} is done, {done} of {total}"),
        )
    for path in validate.write(made, arguments.out):
        printing.OUT.print(str(path), markup=False)
    return DONE


def _serve(arguments: argparse.Namespace) -> int:
    serving.serve(arguments.store, arguments.port)
    return DONE


def _fail(wrong: Exception, code: int) -> int:
    printing.NOTES.print(f"contraflow: {wrong}", markup=False)
    return code


if __name__ == "__main__":
    sys.exit(main())
