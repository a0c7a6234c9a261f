"""Check 11, the network counter: importing, releasing, showing and exporting ask no host for anything."""

import json
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dashboard import offline

HERE = Path(__file__).parents[2]
Told = dict[str, Any]


class Counter(socketserver.ThreadingTCPServer):
    """A listener on this machine that counts who calls, whatever language the caller is written in."""

    daemon_threads = True

    def __init__(self) -> None:
        """Take a free port."""
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)
        self.calls = 0

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Count the call, and hang up."""
        self.calls += 1
        self.shutdown_request(request)


@pytest.fixture(scope="module")
def counter() -> Iterator[Counter]:
    """Return a listener at work."""
    with Counter() as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


def told(folder: Path, counter: Counter, *words: str) -> Told:
    """Run the program in a process of its own, and return what it printed last and who called the listener."""
    before, port = counter.calls, str(counter.server_address[1])
    call = [sys.executable, "-m", "tests.dashboard.offline", str(folder), port, *words]
    ended = subprocess.run(call, cwd=HERE, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    found: Told = json.loads(ended.stdout.splitlines()[-1])
    return {**found, "calls": counter.calls - before}


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory, counter: Counter) -> Told:
    """Return what was asked for while the product did everything it does."""
    return told(tmp_path_factory.mktemp("offline"), counter)


def test_check_11_no_host_is_asked_for_at_import_release_page_or_export(everything: Told) -> None:
    assert everything["asked"] == []


def test_check_11_no_address_in_a_file_is_called(everything: Told) -> None:
    assert everything["calls"] == 0


def test_check_11_meanwhile_everything_was_done_and_hostile_files_were_refused(everything: Told) -> None:
    ended = everything["ended"]
    refused = {name: code for name, code in ended.items() if name.startswith("refused")}
    assert set(refused.values()) == {3}
    assert len(refused) == 2 * 5
    assert {name: code for name, code in ended.items() if code and name not in refused} == {}
    assert len(ended) == len(refused) + 2 + 1 + len(offline.PAGES) + 1 + 1 + len(offline.BRIEFS)


def test_check_11_a_call_on_purpose_is_counted(tmp_path: Path, counter: Counter) -> None:
    found = told(tmp_path, counter, "--on-purpose")
    assert found["asked"] == ["socket.getaddrinfo 192.0.2.1", "socket.getaddrinfo example.org"]
    assert found["calls"] == 1


def test_check_11_every_page_of_the_app_is_among_those_shown() -> None:
    pages = (HERE / "dashboard" / "pages").glob("*.py")
    assert {path.stem for path in pages if "\ndef render() " in path.read_text(encoding="utf-8")} == {
        *offline.PAGES,
        "own_data",
    }
