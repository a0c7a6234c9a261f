"""What several commands share: the filters as options, and what is shown while a command works."""

import argparse
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from dashboard import printing, words
from dashboard.filters import KAPPA, Filters, words_of

DONE = 0


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, does: str
) -> argparse.ArgumentParser:
    """Return the parser of a new command that does what is said."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=does, description=does)
    return parser


def folder(text: str) -> Path:
    """Return the folder a word names; nothing is not the folder one works in."""
    if not text.strip():
        raise argparse.ArgumentTypeError("no folder is named; write . for the one you work in")
    return Path(text)


def whole(least: int, most: float = math.inf) -> Callable[[str], int]:
    """Return what reads a whole number of a command line, from ``least`` to ``most``."""

    def read(text: str) -> int:
        if not text.strip().lstrip("+-").isdecimal() or not least <= int(text) <= most:
            rest = f" to {most:g}" if math.isfinite(most) else " or more"
            raise argparse.ArgumentTypeError(f"{text!r} is out of range; give a whole number, {least}{rest}")
        return int(text)

    return read


def scale(text: str) -> float:
    """Return a number above 0."""
    try:
        if 0 < float(text) < math.inf:
            return float(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no size; give a number above 0, as 0.5")


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Give a command the options of every filter, and the format of what it prints."""
    add_choice(parser, "both ends in these regions or countries: Europe,TUR")
    parser.add_argument(
        "--min-count", type=int, default=1, help="flows with fewer records are left out (default: %(default)s)"
    )
    parser.add_argument("--confidence", default="any", help=f"flows of medium or high confidence: {words.CONFIDENCE}")
    parser.add_argument(
        "--kappa", type=float, default=KAPPA, help="weight of destinations not reached (default: %(default)s)"
    )


def add_choice(parser: argparse.ArgumentParser, help_region: str) -> None:
    """Give a command the options of the filters that every query knows."""
    parser.add_argument("--store", type=folder, required=True, metavar="DIR", help="the store")
    parser.add_argument("--release", help="a release id (default: the current one)")
    parser.add_argument(
        "--since", type=_day, metavar="DAY", help="records that begin on this day or later, as 2020-01-31"
    )
    parser.add_argument("--until", type=_day, metavar="DAY", help="records that begin before this day")
    parser.add_argument("--region", type=words_of, default=(), help=help_region)
    parser.add_argument(
        "--commodity", type=words_of, default=(), help="groups or published names, as cocaine or drugs:cocaine"
    )
    parser.add_argument("--mode", type=words_of, default=(), help="transport modes, as air,sea")
    parser.add_argument("--modus", type=words_of, default=(), help="modi operandi, as parcel,parts or unknown")
    parser.add_argument("--format", choices=("table", "json", "csv"), default="table", help="default: %(default)s")


def filters_of(arguments: argparse.Namespace, layers: tuple[str, ...]) -> Filters:
    """Return the choice that the options of a command state.

    Raises:
        FilterError: an option is out of range.
    """
    return Filters(
        since=arguments.since,
        until=arguments.until,
        layers=layers,
        region=arguments.region,
        commodity=arguments.commodity,
        mode=arguments.mode,
        modus=arguments.modus,
        min_count=arguments.min_count,
        confidence=arguments.confidence,
        kappa=arguments.kappa,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it as 2020-01-31") from None


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show what is being done and for how long, on the error stream, while it is done."""
    columns = (SpinnerColumn(), BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=printing.NOTES, transient=True, disable=not printing.NOTES.is_terminal) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda words: bar.update(task, description=words)
