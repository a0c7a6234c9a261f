"""M2: what a large store costs to make, from nothing to its release."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from bench.cases import Row, Setting, case, limit

RECORDS = 10_000_000
MEMORY_BYTES, CPU_US = 4e9, 3.0
KILOBYTE = 1024 if sys.platform.startswith("linux") else 1  # what the system counts memory in


@case("M2", "a store made, imported and released in one process")
def released(setting: Setting) -> Iterator[Row]:
    """Measure ``contraflow sample --rows``: its peak of memory, and its processor time a record."""
    count = setting.size(RECORDS, 20_000)
    with tempfile.TemporaryDirectory(prefix="contraflow-") as folder:
        words = ["-m", "dashboard.cli", "sample", "--rows", str(count), "--out", f"{folder}/store"]
        with subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL) as process:  # noqa: S603  # our own
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise ChildProcessError(f"contraflow sample --rows {count} ended with {process.returncode}.")
    cpu_us = (used.ru_utime + used.ru_stime) / count * 1e6
    yield limit(f"bytes at the peak; {count:,} records", "4 GB", used.ru_maxrss * KILOBYTE, MEMORY_BYTES)
    made = limit(f"microseconds of processor a record; {count:,} records", "3", cpu_us, CPU_US)
    yield made._replace(spread=0.0, note="makes the records, too")
