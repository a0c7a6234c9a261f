"""Coverage as sentences and tables under plain headings. Pure."""

import numpy as np
import pandas as pd

from dashboard import charts_coverage, coverage, words
from dashboard.coverage import Coverage
from dashboard.marks import records
from data.disclosure import VICTIM_LAYERS
from geo import coverage as completeness

WITHHELD = "cannot be told"  # small counts are withheld: no pair is left that has one record or two
NAMED_REGIONS = 4  # more are counted instead
NAMES_SHOWN = 10  # unknown place names listed per source


def sentences(view: Coverage) -> list[str]:
    """Return per layer where it has records and where it is thin."""
    by_region = coverage.regions(view)
    found = []
    for row in records(view.layers):
        mine = by_region[by_region["layer"] == row["layer"]].groupby("subregion")["reporting_count"].sum()
        title = words.layer_title(row["layer"])
        if not row["record_count"]:
            found.append(f"{title}: no record in this choice")
            continue
        told = [
            f"{title}: {words.plural(row['record_count'], 'record')} found in {words.number(row['country_count'])} of "
            f"{words.plural(len(view.countries), 'country or territory', 'countries and territories')}",
            _silent(mine),
            f"{words.percent(row['dated_share'])} dated to the month or better",
            f"{words.percent(row['placed_share'])} placed within the country",
        ]
        if not np.isnan(row["directed_share"]):
            told.append(f"{words.percent(row['directed_share'])} state a direction")
        found.append("; ".join(told))
    return found


def _silent(by_region: "pd.Series[int]") -> str:
    """Return the regions without a record: by name where they are few."""
    names = by_region.index[(by_region == 0) & (by_region.index != coverage.NO_REGION)]
    if 0 < len(names) <= NAMED_REGIONS:
        return f"nothing in {', '.join(map(words.safe, names))}"
    whole = words.plural(int((by_region.index != coverage.NO_REGION).sum()), "world region")
    return f"nothing in {len(names)} of {whole}" if len(names) else f"something in each of {whole}"


def layer_table(view: Coverage) -> pd.DataFrame:
    """Return one column per layer and one row per question; what cannot be said is a dash."""
    complete = completeness.by_layer(view.pairs)
    rows = view.layers.join(complete[["pair_count", "coverage_low", "coverage_high"]], on="layer")
    ends = zip(rows["layer"], rows["coverage_low"], rows["coverage_high"], strict=True)
    told = {
        "Records": rows["record_count"].map(words.number),
        "Countries and territories with records": rows["country_count"].map(words.number),
        "First year with records": rows["first_year"].map(_year),
        "Last year with records": rows["last_year"].map(_year),
        "Records dated to the month or better": rows["dated_share"].map(words.percent),
        "Records placed within the country": rows["placed_share"].map(words.percent),
        "Records that state a direction": rows["directed_share"].map(words.percent),
        "Records whose number is printed as a range": rows["range_share"].map(words.percent),
        "Pairs of places with a flow": rows["pair_count"].map(words.number),
        "Coverage of pairs": [
            WITHHELD if name in VICTIM_LAYERS else share_range(low, high) for name, low, high in ends
        ],
    }
    wide = pd.DataFrame(told).T
    wide.columns = pd.Index([words.layer_title(name) for name in rows["layer"]])
    return wide.rename_axis("Question").reset_index()


def _year(year: float) -> str:
    return words.DASH if pd.isna(year) else str(int(year))


def share_range(low: float, high: float) -> str:
    """Return a share, or two where they differ; nearly all is never rounded to all."""
    ends = list(dict.fromkeys(_most(share) for share in (low, high)))
    return " to ".join(ends)


def _most(share: float) -> str:
    return "over 99 %" if 0.99 < share < 1 else words.percent(share)


def region_table(view: Coverage) -> pd.DataFrame:
    """Return the numbers of the figure of regions."""
    told = charts_coverage.region_grid(view)[1]
    told.columns = pd.Index([words.layer_title(name) for name in told.columns])
    return told.rename_axis("Region").reset_index()


def grid_table(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the grid as a table: a number, or the kind of silence in a word."""
    silent = {coverage.SPANNING: "in a longer span", coverage.SILENT: "nothing", coverage.NEVER: "never"}
    told = [
        silent.get(state) or words.number(count)
        for state, count in zip(cells["state"], cells["record_count"], strict=True)
    ]
    wide = cells.assign(told=told).pivot(index=["rank", "country"], columns="year", values="told")
    wide.columns = pd.Index([str(year) for year in wide.columns])
    return wide.reset_index("rank", drop=True).rename_axis("Country").reset_index()


def grades_table(view: Coverage, quality: str) -> pd.DataFrame:
    """Return the numbers of the figure of grades."""
    titles, wide = charts_coverage.QUALITIES[quality][1], charts_coverage.grades(view, quality)
    told = wide.map(words.percent).rename(columns=titles)
    told.index = pd.Index([words.layer_title(str(name)) for name in told.index], name="Layer")
    return told.reset_index()


def source_table(view: Coverage) -> pd.DataFrame:
    """Return what is known of every source: files of one source are one row."""
    one = {"title": "Source", "publisher": "Publisher", "licence": "Licence", "marking": "Marking"}
    grouped = view.sources.groupby("source_id")
    found = grouped[list(one)].first().rename(columns=one)
    found["Files"] = grouped.size()
    found["Rows kept"] = grouped["row_count_kept"].sum()
    found["Rows set aside"] = grouped["row_count_quarantined"].sum()
    found["Unknown place names"] = view.names.set_index("source_id")["name_count"]
    found["Imported on"] = grouped["retrieved_on"].max()
    texts = list(one.values())
    found[texts] = found[texts].map(words.safe)
    return found.reset_index(drop=True)


def caveats(view: Coverage) -> list[str]:
    """Return per source what its publisher, or the project, wants to be known."""
    said = view.sources.dropna(subset="caveat").drop_duplicates("source_id")
    return [f"{words.safe(row['title'])}: {words.safe(row['caveat'])}" for row in records(said)]


def unresolved(view: Coverage) -> list[str]:
    """Return per source with unknown place names how many rows they touch, and the most frequent of them."""
    return [
        f"{words.safe(row['title'])}: {words.plural(row['name_count'], 'name')} in {_rows(row['row_count'])}: "
        f"{', '.join(words.safe(name) for name in row['names'][:NAMES_SHOWN])}"
        for row in records(view.names[view.names["name_count"] > 0])
    ]


def _rows(count: int) -> str:
    return words.plural(count, "row") if count else "no row that was kept"


def grid_note(view: Coverage, layer: str, cells: pd.DataFrame) -> str:
    """Return how much of the world the grid shows, and what it cannot place."""
    every = coverage.cells(view, layer)
    ever = every.loc[every["state"] != coverage.NEVER, "country_id"].nunique()
    whole = len(view.countries)
    placeless = int(view.placeless.get(layer, 0))
    told = [
        f"Showing {cells['country_id'].nunique()} of "
        f"{words.plural(whole, 'country or territory', 'countries and territories')}",
        f"{words.number(ever)} have a record in some year of this release, {words.number(whole - ever)} never",
    ]
    if placeless:
        told.append(f"{words.plural(placeless, 'record')} state no country of finding")
    return "; ".join(told) + "."
