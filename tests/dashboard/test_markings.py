"""The strictest marking wins, TLP:RED never leaves, and closed sources give no records."""

import pandas as pd
import pytest

from dashboard import markings
from data.contracts import MARKINGS
from data.errors import SnapshotError


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (("TLP:CLEAR", "TLP:AMBER+STRICT", "TLP:GREEN"), "TLP:AMBER+STRICT"),
        (("TLP:AMBER", "TLP:AMBER+STRICT"), "TLP:AMBER+STRICT"),
        (("TLP:GREEN", "TLP:AMBER"), "TLP:AMBER"),
        ((), "TLP:CLEAR"),
    ],
)
def test_the_strictest_marking_wins_in_any_order(given: tuple[str, ...], expected: str) -> None:
    assert markings.strictest(given) == expected
    assert markings.strictest(reversed(given)) == expected


def test_red_is_refused_by_the_name_of_its_source() -> None:
    sources = pd.DataFrame({"title": ["Open", "Secret"], "marking": ["TLP:CLEAR", "TLP:RED"]})
    with pytest.raises(SnapshotError, match="Secret: marked TLP:RED"):
        markings.exportable(sources)
    assert markings.exportable(sources.head(1)) == "TLP:CLEAR"


def test_one_closed_file_closes_its_source() -> None:
    sources = pd.DataFrame({"source_id": ["a", "a", "b"], "redistributable": [True, False, True]})
    assert markings.open_sources(sources) == {"b"}


def test_every_marking_is_explained() -> None:
    assert set(markings.MEANINGS) == set(MARKINGS)
