"""What a comparison is said to show."""

from dataclasses import replace

import pytest

from dashboard import relations
from geo.multiplex import Surprise, SystemTest
from geo.system import LayersTest

NAN = float("nan")


def made(observed: float, full_margin: float, polarity: float) -> LayersTest:
    """Return a test whose null worlds have Omega .5 with hubs and distance kept, 0 with roles tossed."""
    rungs = {"omega": Surprise(observed, 0.5, 0.1, full_margin)}, {"omega": Surprise(observed, 0.0, 0.1, polarity)}
    return LayersTest(False, 30, 199, SystemTest(*rungs))


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (
            made(0.9, 0.01, 0.01),
            "between places, the same way more than the hubs of the two layers and distance give",
        ),
        (
            made(0.3, 0.01, 0.01),
            "between places, opposite ways more than the hubs of the two layers and distance give",
        ),
        (made(0.3, 0.52, 0.03), "between places, the same way beyond chance, but not shown to be more so than who"),
        (made(-0.3, 0.52, 0.03), "between places, opposite ways beyond chance, but not shown to be more so than who"),
        (made(0.3, 0.52, 0.4), "between places, not shown to be more than the hubs of the two layers"),
        (replace(made(0.3, 0.52, 0.4), is_coarse=True), "between countries, not shown to be more than the hubs"),
        (made(NAN, NAN, 0.4), "not tested: the layers never meet"),
        (None, "not tested: one layer is known by country, the other by place"),
    ],
)
def test_the_null_model_is_told_in_words_with_the_side_it_was_seen_on(found: LayersTest | None, says: str) -> None:
    assert relations.explained(found).startswith(says)
