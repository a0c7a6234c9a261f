"""The command that grades a source or one of its records."""

import argparse

from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from dashboard import printing, snapshot_formats
from dashboard.cli_parts import DONE, add, folder
from data import grades, normalise
from data.contracts import CREDIBILITIES, RELIABILITIES

HEADINGS = ("Graded on", "Source", "Record", "Reliability", "Credibility", "Note")


def add_grade(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``contraflow grade``."""
    parser = add(commands, "grade", "Grade a source or one of its records; it counts from the next release on.")
    parser.add_argument("--store", type=folder, required=True, metavar="DIR", help="the store")
    parser.add_argument("--list", action="store_true", help="print every grade given so far")
    parser.add_argument("--source", metavar="SOURCE", help="whose records")
    help_record = "one of them, by obs_id or an export's leg_id (default: all)"
    parser.add_argument("--record", default="", metavar="OBS_ID", help=help_record)
    help_reliability = f"of the source: {', '.join(RELIABILITIES)}, A is best, F cannot be judged"
    parser.add_argument("--reliability", metavar="LETTER", help=help_reliability)
    help_credibility = f"of what is said: {', '.join(CREDIBILITIES)}, 1 is best, 6 cannot be judged"
    parser.add_argument("--credibility", metavar="DIGIT", help=help_credibility)
    parser.add_argument("--note", default="", metavar="TEXT", help="why")
    parser.set_defaults(command=_grade, wrong=parser.error)


def _grade(arguments: argparse.Namespace) -> int:
    if arguments.list == (arguments.source is not None):
        arguments.wrong("give --source with a grade, or --list")
    if arguments.list:
        _show(grades.history(arguments.store))
        return DONE
    note = snapshot_formats.safe_cell(normalise.text(arguments.note))
    stated = {name: getattr(arguments, name) for name in grades.SCALES}
    grade = grades.given(arguments.source, arguments.record, note, **stated)
    grades.add(arguments.store, grade)
    whose = f"record {grade.obs_id}" if grade.obs_id else f"source {grade.source_id}"
    printing.OUT.print(f"{whose} is graded; run contraflow release --store {arguments.store}", markup=False)
    return DONE


def _show(lines: list[grades.Grade]) -> None:
    if not lines:
        printing.OUT.print("No grade was given.")
        return
    table = Table(*HEADINGS, box=SIMPLE)
    for line in lines:
        table.add_row(*(Text(getattr(line, name)) for name in grades.COLUMNS))
    printing.OUT.print(table)
