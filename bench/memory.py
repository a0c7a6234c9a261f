"""One session in a process of its own: ``python -m bench.memory ours|pandas STORE FOLDER LEGS`` writes the bytes added.

The peak of the process less what it held once everything was imported; 0 where the system does not tell.
"""

import sys
from pathlib import Path

from bench import frames, made
from bench.cases import Setting

STATUS = Path("/proc/self/status")


def held(name: str) -> float:
    """Return a line of the process's status, in bytes; 0 where there is none."""
    lines = STATUS.read_text(encoding="utf-8").splitlines() if STATUS.is_file() else []
    return next((float(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0.0)


def main(who: str, setting: Setting, legs: Path) -> float:
    """Ask the six questions and return the bytes added at the peak."""
    small = made.original(setting)
    asked = [(question, frames.ids_within(small, question)) for question in frames.six_questions(small)]
    before = held("VmRSS")
    if who == "ours":
        opened = made.opened(setting, legs)
        for question, _ in asked:
            frames.asked(opened, question)
    else:
        frame = frames.in_pandas(legs)
        for question, within in asked:
            frames.pandas_answer(frame, question, within)
    return held("VmHWM") - before


if __name__ == "__main__":
    who, store, folder, legs = sys.argv[1:]
    sys.stdout.write(f"{main(who, Setting(Path(store), Path(folder)), Path(legs))}\n")
