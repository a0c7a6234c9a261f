"""Write what is the same on every map into files that the browser fetches once: ``python -m dashboard.still``."""

import orjson

from dashboard import deck


def written() -> dict[str, bytes]:
    """Return the content of every file by its name."""
    return {f"{name}.json": orjson.dumps(rows) for name, rows in deck.still_rows().items()}


def main() -> None:
    """Write them."""
    deck.STILL.mkdir(exist_ok=True)
    for name, content in written().items():
        (deck.STILL / name).write_bytes(content)


if __name__ == "__main__":
    main()
