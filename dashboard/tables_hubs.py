"""Borders, hubs and countries as tables under plain headings. Pure."""

import math

import pandas as pd

from dashboard import hubs, words
from dashboard.hubs import Hubs, Profile
from dashboard.marks import records
from dashboard.whatif import WhatIf

LISTED = 40  # rows of a ranking
KM = ("Way now, km", "Way then, km")


def name(view: Hubs, place_id: str) -> str:
    """Return a place's or a country's name, or its id where there is none."""
    return words.safe(view.places["name"].get(place_id, place_id))


def border_table(view: Hubs, other: str) -> pd.DataFrame:
    """Return the land borders where firearms and the other layer meet, the strongest first."""
    rows = hubs.ranked(view.borders, hubs.BORDER_KEYS, other, hubs.days(view), view.coarse)
    told = pd.DataFrame(
        {
            "A": [name(view, each) for each in rows["country_a"]],
            "B": [name(view, each) for each in rows["country_b"]],
        }
    )
    return _measured(told, rows, other, ("A → B", "B → A"))


def border_codes(view: Hubs, other: str) -> dict[str, str]:
    """Return ``BGR-TUR`` -> the names of both countries, in the order of the ranking."""
    rows = hubs.ranked(view.borders, hubs.BORDER_KEYS, other, hubs.days(view), view.coarse).head(LISTED)
    ends = zip(rows["country_a"], rows["country_b"], strict=True)
    return {f"{a}-{b}": f"{name(view, a)} – {name(view, b)}" for a, b in ends}


def hub_table(view: Hubs, other: str) -> pd.DataFrame:
    """Return the places where firearms and the other layer meet, the strongest first."""
    rows = hubs.ranked(view.hubs, hubs.HUB_KEYS, other, hubs.days(view), view.coarse)
    levels = view.places["level"].reindex(rows["place_id"]).to_numpy()
    told = pd.DataFrame(
        {
            "Place": [name(view, each) for each in rows["place_id"]],
            "Known as": [words.LEVEL_TITLES.get(str(level), words.safe(level)) for level in levels],
        }
    )
    return _measured(told, rows, other, ("out", "in"))


def _measured(told: pd.DataFrame, rows: pd.DataFrame, other: str, ways: tuple[str, str]) -> pd.DataFrame:
    """Return the names with records, shares, score, D and trend of firearms and the other layer."""
    found = told.assign(Score=rows["score"].round(1), D=rows["d"].round(2))
    titles = {"firearms": words.layer_title("firearms"), "other": words.layer_title(other)}
    for side, title in titles.items():
        found[f"{title} {ways[0]}"] = rows[f"{side}_there"]
        found[f"{title} {ways[1]}"] = rows[f"{side}_back"]
    for side, title in titles.items():
        found[f"{title}, share {ways[0]}"] = rows[f"{side}_share"].map(words.percent)
    for side, title in titles.items():
        found[f"{title}, second half / first"] = [_ratio(row, side) for row in records(rows)]
    return found.assign(**{"All layers": rows["all_layers"].round(1)})


def _ratio(row: dict[str, object], side: str) -> str:
    """Return a ratio of rates with its interval, or why there is none."""
    if row[f"{side}_reason"]:
        return words.TOO_COARSE if row[f"{side}_reason"] == hubs.TOO_COARSE else words.TOO_FEW
    ratio, low, high = (float(str(row[f"{side}_{part}"])) for part in ("ratio", "low", "high"))
    if math.isinf(ratio):
        return f"none before ({low:.2f} or more)"
    return f"{ratio:.2f} ({low:.2f} to {high:.2f})"


def ways_table(found: Profile) -> pd.DataFrame:
    """Return a country's records out, in and within, by layer."""
    rows = found.ways
    return pd.DataFrame(
        {
            "Layer": rows["layer"].map(words.layer_title),
            "Out": rows["out_count"].map(words.number),
            "In": rows["in_count"].map(words.number),
            "Between its own places": rows["within_count"].map(words.number),
        }
    )


def partner_table(view: Hubs, found: Profile) -> pd.DataFrame:
    """Return the countries with most records to and from a country, by layer."""
    rows = found.partners
    return pd.DataFrame(
        {
            "Layer": rows["layer"].map(words.layer_title),
            "Country": [name(view, each) for each in rows["partner_id"]],
            "Out to it": rows["out_count"].map(words.number),
            "In from it": rows["in_count"].map(words.number),
        }
    )


def coverage_table(found: Profile) -> pd.DataFrame:
    """Return what was found and published there, by layer."""
    rows = found.coverage
    return pd.DataFrame(
        {
            "Layer": rows["layer"].map(words.layer_title),
            "Records found there": rows["record_count"].map(words.number),
            "First year": [_year(year) for year in rows["first_year"]],
            "Last year": [_year(year) for year in rows["last_year"]],
            "Years with records": rows["year_count"].map(words.number),
        }
    )


def _year(year: float) -> str:
    return words.DASH if pd.isna(year) else str(int(year))


def own_borders(view: Hubs, country_id: str) -> pd.DataFrame:
    """Return the weighted records by road over each border of a country: out and in, by layer."""
    table = view.borders
    mine = table[(table["country_a"] == country_id) | (table["country_b"] == country_id)]
    is_first = mine["country_a"] == country_id
    found = pd.DataFrame(
        {
            "Layer": mine["layer"].map(words.layer_title),
            "Border with": [name(view, each) for each in mine["country_b"].where(is_first, mine["country_a"])],
            "Out": mine["there"].where(is_first, mine["back"]),
            "In": mine["back"].where(is_first, mine["there"]),
        }
    )
    order = (found["Out"] + found["In"]).sort_values(ascending=False, kind="stable").index
    told = found.loc[order].reset_index(drop=True)
    return told.assign(**{way: [f"{value:,.1f}" for value in told[way]] for way in ("Out", "In")})


def _between(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Return the columns that say which flow of which layer a row tells of."""
    ends = {"Between": rows["origin"].map(words.safe), "And": rows["destination"].map(words.safe)}
    return {"Layer": rows["layer"].map(words.layer_title), **ends}


def changed_flows(found: WhatIf) -> pd.DataFrame:
    """Return the flows that a closure changes."""
    rows = found.flows
    return pd.DataFrame(
        {
            **_between(rows),
            "By": [words.NETWORK_TITLES.get(each, words.safe(each)) for each in rows["network"]],
            "Weighted records": rows["records"].round(1),
            "Way now, km": rows["km"].round(),
            "Way then, km": rows["km_after"].round(),
            "Part of the way that moves": rows["moved_share"].map(words.percent),
            "Would have to change to": rows["changes_to"].fillna(words.DASH),
            "No way left": rows["is_blocked"],
        }
    )


def switched_flows(found: WhatIf) -> pd.DataFrame:
    """Return what would have to change to other means, one row per flow and means."""
    rows = found.switched
    return pd.DataFrame(
        {
            **_between(rows),
            "Now": [words.NETWORK_TITLES.get(each, words.safe(each)) for each in rows["network"]],
            "Then": [words.NETWORK_TITLES.get(each, words.safe(each)) for each in rows["to_network"]],
            "Weighted records": rows["records"].round(1),
            "Way then, km": rows["km_after"].round(),
        }
    )


def changed_borders(view: Hubs, found: WhatIf) -> pd.DataFrame:
    """Return the borders whose expected records a closure changes, the closed one among them."""
    rows = found.borders
    return pd.DataFrame(
        {
            "Layer": rows["layer"].map(words.layer_title),
            "Border": [
                f"{name(view, a)} – {name(view, b)}" for a, b in zip(rows["country_a"], rows["country_b"], strict=True)
            ],
            "Weighted records now": rows["before"].round(1),
            "Then": rows["after"].round(1),
            "Change": rows["change"].round(1),
        }
    )
