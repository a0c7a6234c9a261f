"""Colours are told apart without full colour sight, and text is readable, on a light and on a dark page."""

import re
import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from dashboard import palette

ROOT = Path(__file__).parents[2]
# Machado, Oliveira & Fernandes 2009, A physiologically-based model for simulation of color vision deficiency, IEEE
# TVCG 15(6), table 1, severity 1.0; for linear RGB
SIGHTS = {
    "full": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
}
# A just noticeable difference is about 2.3 (Mahy, Van Eycken & Oosterlinck 1994) for large patches side by side; thin
# lines far from their legend need a multiple of it: four of them, rounded up. Our choice.
LEAST_DISTANCE = 10.0
LEAST_TEXT, LEAST_MARK = 4.5, 3.0  # WCAG 2.2, success criteria 1.4.3 (AA) and 1.4.11
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])  # D65
OTHERS = {**palette.LAYER_COLOURS, "a later layer": palette.OTHER_LAYER}
CONTEXT = {name: colour for name, colour in OTHERS.items() if name != "firearms"}
RELATIONS = {**palette.RELATION_COLOURS, palette.DIFFERING: palette.DIFFERING_COLOUR}
MAPS = {"layers": OTHERS, "relations": {**RELATIONS, **CONTEXT}}
PAGES = ("light", "dark")


def on(page: str, colour: str) -> str:
    return colour if page == "light" else palette.DARK[colour]


def linear(colour: str) -> np.ndarray:
    values = np.array(palette.rgba(colour)[:3]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(seen: np.ndarray) -> np.ndarray:
    ratio = TO_XYZ @ np.clip(seen, 0, 1) / WHITE
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, other: str) -> float:
    dark, light = sorted(float(TO_XYZ[1] @ linear(colour)) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def test_the_measures_are_right_where_the_answer_is_known() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert lab(linear("#FFFFFF")) == pytest.approx([100, 0, 0], abs=0.01)
    assert lab(linear("#FF0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    for sight in SIGHTS.values():
        assert sight @ np.ones(3) == pytest.approx(np.ones(3), abs=1e-5)  # grey stays grey


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("name", MAPS)
def test_any_two_colours_of_one_map_differ(name: str, sight: str, page: str) -> None:
    seen = {title: lab(SIGHTS[sight] @ linear(on(page, colour))) for title, colour in MAPS[name].items()}
    near = [
        (one, other) for one, other in combinations(seen, 2) if np.linalg.norm(seen[one] - seen[other]) < LEAST_DISTANCE
    ]
    assert near == []


def test_red_and_green_of_one_lightness_would_be_caught() -> None:
    red, green = (lab(SIGHTS["deuteranopia"] @ linear(colour)) for colour in ("#B4483C", "#6F7A3C"))
    assert np.linalg.norm(red - green) < LEAST_DISTANCE


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", MAPS)
def test_every_line_stands_out_from_land_and_sea(name: str, page: str) -> None:
    for ground in (palette.LAND, palette.SEA):
        faint = [t for t, c in MAPS[name].items() if contrast(on(page, c), on(page, ground)) < LEAST_MARK]
        assert faint == []


@pytest.mark.parametrize("page", PAGES)
def test_text_is_readable_on_both_pages(page: str) -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"][page]
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        for text in ("textColor", "linkColor", "primaryColor"):
            assert contrast(theme[text], theme[ground]) >= LEAST_TEXT
    assert on(page, "#FFFFFF") == theme["backgroundColor"]
    for ground in (palette.LAND, palette.SEA, "#E4EFF7", "#A3C7E0", "#5E9AC4", "#BDBDBD"):
        assert contrast(on(page, palette.PLACE), on(page, ground)) >= LEAST_TEXT


def test_every_colour_of_the_light_page_has_one_on_the_dark_page() -> None:
    drawn = [
        path for path in (ROOT / "dashboard").glob("*.py") if re.match(r"charts|legend|layers|marks|pl", path.name)
    ]
    used = {found.upper() for path in drawn for found in re.findall(r'"(#[0-9A-Fa-f]{6})"', path.read_text("utf-8"))}
    named = {*palette.LAYER_COLOURS.values(), *palette.RELATION_COLOURS.values(), palette.LAND, palette.HALO}
    assert used
    assert (used | named) - set(palette.DARK) == set()


def test_a_dark_picture_is_the_light_one_in_other_colours() -> None:
    light = f'<path fill="{palette.LAND}"/>[[1,2],[31,42]]{{"c":[31,42,68,235],"d":[255, 255, 255],"n":"#12"}}'
    dark = '<path fill="#262B33"/>[[1,2],[31,42]]{"c":[242,244,250,235],"d":[20,24,29],"n":"#12"}'
    assert palette.darkened(light) == dark
