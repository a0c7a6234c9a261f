"""Run as a program: everything the product does, once, and which hosts Python was asked for meanwhile."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

OWN = ("127.0.0.1", "::1", "localhost")
ASKING = {  # event of sys.audit: which of its arguments names the host
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
}
EXPORTS = ("csv", "geojson", "geoparquet", "gpkg", "kml", "png", "svg")
BRIEFS = ("pdf", "pptx", "html")
PAGES = ("briefing", "corridor", "coverage", "explore", "export", "hubs", "method", "modi", "regions", "time", "traces")


def watched() -> list[str]:
    """Return a list that grows by each host that is not this machine; asking for one ends in an error."""
    asked: list[str] = []

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event not in ASKING:
            return
        named = arguments[ASKING[event]]
        host = named[0] if isinstance(named, tuple) else named
        is_file = event == "socket.connect" and isinstance(named, str | bytes)  # a socket of this machine's file system
        if not is_file and host not in OWN:
            asked.append(f"{event} {host}")
            raise ConnectionRefusedError(f"{event} {host}")

    sys.addaudithook(hook)
    return asked


def hostile(folder: Path, port: int) -> dict[str, Path]:
    """Write files that name an address in every way their format has; return them by what they are."""
    from tests.dashboard.test_new_layer import FIREARMS, JOURNEYS, MAP, rows
    from tests.data import files

    address = f"http://127.0.0.1:{port}"
    words = (f"![b]({address}/a)", f"<img src={address}/b>", f"{address}/c", f"@@=fetch({address})", "//[::1]/d")
    for layer, journeys in (("wildlife", JOURNEYS), ("firearms", FIREARMS)):
        made = rows(journeys)
        bad = [{**made[0], "Species": word, "From town": word, "Town": word} for word in words]
        files.table(folder / f"{layer}.csv", [*made, *bad])
        text = MAP.replace('"wildlife"', f'"{layer}"').replace("own-wildlife", f"own-{layer}")
        (folder / f"{layer}.toml").write_text(text.replace('"Made up"', f'"![t]({address}/title)"'), encoding="utf-8")
    vrt = f"<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>/vsicurl/{address}/a.csv</SrcDataSource>"
    (folder / "list.geojson").write_text(f"{vrt}</OGRVRTLayer></OGRVRTDataSource>", encoding="utf-8")
    linked = {"type": "FeatureCollection", "crs": {"type": "link", "properties": {"href": address}}, "features": []}
    (folder / "linked.geojson").write_text(json.dumps(linked), encoding="utf-8")
    inside = folder / "http:" / f"127.0.0.1:{port}"
    inside.mkdir(parents=True)
    files.ids(inside / "a.csv", files.seizure())
    files.xlsx(folder / "book.xlsx", [["a"], [f'=WEBSERVICE("{address}/x")']])
    files.table(folder / "a.parquet", [{"a": address}])
    names = ("list.geojson", "linked.geojson", "book.xlsx", "a.parquet", f"http://127.0.0.1:{port}/a.csv")
    return {name.rpartition("/")[2]: Path(name) for name in names}


def imported(folder: Path, port: int) -> dict[str, int]:
    """Import good and hostile files and release them; return the code each command ended with."""
    from dashboard.cli import main

    store, ended = ["--store", "store"], {}
    for name, path in hostile(folder, port).items():
        ended[f"refused {name}"] = main(["import", "unodc-ids", str(path), *store])
        ended[f"refused {name} by a map"] = main(["import", "--map", "wildlife.toml", str(path), *store])
    for layer in ("wildlife", "firearms"):
        ended[f"import {layer}"] = main(["import", "--map", f"{layer}.toml", f"{layer}.csv", *store])
    ended["release"] = main(["release", *store])
    return ended


def shown() -> dict[str, int]:
    """Draw every page, and one with a hostile file; return the number of errors on each."""
    from streamlit.testing.v1 import AppTest

    from tests.dashboard.screen import page

    os.environ["CONTRAFLOW_STORE"] = str(Path("store").resolve())
    errors = {}
    for name in PAGES:
        errors[f"page {name}"] = len(AppTest.from_function(page, args=(name,), default_timeout=240).run().exception)
    app = AppTest.from_function(page, args=("own_data",), default_timeout=240).run()
    app.file_uploader[0].upload("list.geojson", Path("list.geojson").read_bytes(), "application/json")
    errors["page own_data"] = len(app.run().exception)
    return errors


def exported() -> dict[str, int]:
    """Write a snapshot in every format and a brief in every format; return the code each command ended with."""
    from dashboard.cli import main

    chosen = ["--store", "store", "--layers", "firearms,wildlife"]
    words = ["snapshot", *chosen, "--formats", ",".join(EXPORTS), "--draws", "0", "--out", "snapshot"]
    ended = {"snapshot": main(words)}
    for form in BRIEFS:
        ended[f"brief {form}"] = main(["brief", "--store", "store", "--out", f"brief.{form}"])
    return ended


def on_purpose(port: int) -> dict[str, int]:
    """Call a host elsewhere by address and by name, and this machine; return nothing that ended."""
    import socket

    calls: tuple[Callable[[], object], ...] = (
        lambda: socket.create_connection(("192.0.2.1", 9), timeout=0.1),
        lambda: socket.getaddrinfo("example.org", 80),
        lambda: socket.create_connection(("127.0.0.1", port), timeout=5).close(),
    )
    for call in calls:
        try:
            call()
        except ConnectionRefusedError:
            continue
    return {}


def main() -> None:
    """Do everything, or a call on purpose, in a folder of its own; print what was asked for and how it ended."""
    asked = watched()
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    os.chdir(folder)
    if "--on-purpose" in sys.argv:
        ended = on_purpose(port)
    else:
        import streamlit_app  # noqa: F401  # all pages, as the app imports them

        ended = {**imported(folder, port), **shown(), **exported()}
    sys.__stdout__.write("\n" + json.dumps({"asked": asked, "ended": ended}) + "\n")  # type: ignore[union-attr]


if __name__ == "__main__":
    main()
