"""How to cite what left: each source with its edition and licence, the tool, and the release. Pure."""

import pandas as pd

from dashboard import words

GEOGRAPHY = (
    "Natural Earth: borders and places, public domain.",
    "OpenStreetMap contributors: roads, Open Database License 1.0.",
    "searoute: sea lanes and ports, Apache License 2.0.",
)


def sources(found: pd.DataFrame) -> list[str]:
    """Return one line per source and edition: publisher, title, edition, licence, and when it was retrieved.

    Args:
        found: Contract table ``sources``.
    """
    lines: dict[str, None] = {}
    for row in found.to_dict("records"):
        edition = "" if pd.isna(row["edition"]) else f", edition {row['edition']}"
        day = "on an unknown day" if pd.isna(row["retrieved_on"]) else f"on {pd.Timestamp(row['retrieved_on']).date()}"
        lines[
            f"{row['publisher']}: {row['title']}{edition}. Licence: {row['licence']}. "
            f"Attribution: {row['attribution']}. Retrieved {day}."
        ] = None
    return sorted(lines)


def block(found: pd.DataFrame, release_id: str, version: str) -> str:
    """Return the citations as a text.

    Args:
        found: Contract table ``sources``, those with rows in what left.
        release_id: Of the release.
        version: Of this tool.
    """
    tool = f"Contraflow {version}, release {release_id}: records laid over one another, derived from the sources below."
    data = [f"- {line}" for line in sources(found)]
    ground = [f"- {line}" for line in GEOGRAPHY]
    return "\n".join(["How to cite", "", tool, "", "Sources", *data, "", "Geography", *ground, "", words.COUNTS, ""])
