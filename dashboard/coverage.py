"""A pinned release and the reader's choice -> what was recorded where, when and how well, and what was not."""

from dataclasses import dataclass, replace

import pandas as pd

from dashboard import assemble, questions
from dashboard.filters import Filters
from dashboard.stores import Store
from data.places import gazetteer
from queries import run

NO_REGION = "No region"
RECORDS, SPANNING, SILENT, NEVER = "records", "spanning", "silent", "never"
PLACED = ("exact", "place", "admin2", "admin1")  # finer than the country
DATED = ("day", "month")


@dataclass(frozen=True)
class Coverage:
    """Everything the Coverage page shows for one release and one choice of filters.

    Attributes:
        release_id: The pinned release.
        is_synthetic: True when any source of the release is made up.
        marking: The strictest marking of the sources.
        filters: The choice this view answers; only its period, layers and region count here.
        totals: ``layer, record_count`` of every layer of the release, as the filter bar shows them.
        layers: One row per chosen layer: ``layer, record_count, country_count`` (with records in the period),
            ``first_year, last_year, placed_share, dated_share, directed_share, range_share`` (of records; NaN where the
            question does not arise).
        shares: ``layer, quality, grade, record_count``; qualities place, date, direction, count and status (of legs).
        pairs: ``layer, record_count, record_count_high`` of each directed pair of places, for ``geo.coverage``.
        reports: ``layer, country_id, year, record_count, spanning_count``: the whole release, the region only.
        countries: Every country of the region, with data or not, by country_id: ``name, region, subregion``.
        years: First and last year of the chosen period; None where there is no record.
        placeless: Records by layer whose country of seizure, recovery or detection is not stated.
        sources: Contract table ``sources``.
        names: One row per source: ``source_id, title, name_count, row_count, names`` that no place is known for.
    """

    release_id: str
    is_synthetic: bool
    marking: str
    filters: Filters
    totals: pd.DataFrame
    layers: pd.DataFrame
    shares: pd.DataFrame
    pairs: pd.DataFrame
    reports: pd.DataFrame
    countries: pd.DataFrame
    years: tuple[int, int] | None
    placeless: "pd.Series[int]"
    sources: pd.DataFrame
    names: pd.DataFrame


def coverage(store: Store, filters: Filters) -> Coverage:
    """Return what the Coverage page shows; a choice of commodities, transport or minimum count is set aside.

    Raises:
        FilterError: a region is unknown to this release.
    """
    known = questions.known_layers(store, filters)
    plain = Filters(since=filters.since, until=filters.until, layers=known, region=filters.region)
    limits = questions.limits_of(store, plain)
    four = questions.some_limits(limits, "since", "until", "layers", "countries")
    statuses = run.rows(store.con, "coverage_statuses", **four).rename(columns={"status": "grade"})
    shares = pd.concat([run.rows(store.con, "coverage_shares", **four), statuses.assign(quality="status")])
    countries = _countries(filters.region)
    stated = run.rows(store.con, "coverage_reports")
    stated = stated[stated["layer"].isin(known)]
    reports = _by_country(stated, countries)
    years = _years(reports, filters)
    wanted = questions.some_limits(limits, "since", "until", "countries", "limited", "commodities", "modes", "modi")
    return Coverage(
        release_id=store.release.id,
        is_synthetic=store.is_synthetic,
        marking=store.marking,
        filters=filters,
        totals=store.totals(**{**wanted, **_narrow(store, filters)}),
        layers=_layers(known, shares, reports, years),
        shares=shares.reset_index(drop=True),
        pairs=assemble.flows(store, plain)[["layer", "record_count", "record_count_high"]],
        reports=reports,
        countries=countries,
        years=years,
        placeless=stated[stated["country_id"].isna()].groupby("layer")["record_count"].sum(),
        sources=store.sources,
        names=run.rows(store.con, "coverage_names"),
    )


def _narrow(store: Store, filters: Filters) -> dict[str, object]:
    limits = questions.limits_of(store, replace(filters, layers=questions.known_layers(store, filters)))
    return questions.some_limits(limits, "limited", "commodities", "modes", "modi")


def _countries(region: tuple[str, ...]) -> pd.DataFrame:
    """Return every country the gazetteer knows, or those of a region, by country_id."""
    places = gazetteer().places
    countries = places[places["level"] == "country"].set_index("country_id")[["name", "region", "subregion"]]
    found = countries[countries.index.isin(gazetteer().region_country_ids(region))] if region else countries
    return found.fillna({"region": NO_REGION, "subregion": NO_REGION})


def _by_country(stated: pd.DataFrame, countries: pd.DataFrame) -> pd.DataFrame:
    known = stated[stated["country_id"].isin(countries.index)]
    grouped = known.groupby(["layer", "country_id", "year"])[["record_count", "spanning_count"]].sum().reset_index()
    return grouped.astype({"year": "int64"})


def _years(reports: pd.DataFrame, filters: Filters) -> tuple[int, int] | None:
    """Return the first and last year with a record that the chosen period touches."""
    first = filters.since.year if filters.since else -9999
    last = filters.until.year - (filters.until.timetuple().tm_yday == 1) if filters.until else 9999
    seen = reports.loc[reports["year"].between(first, last), "year"]
    return None if seen.empty else (int(seen.min()), int(seen.max()))


def in_years(reports: pd.DataFrame, years: tuple[int, int] | None) -> pd.DataFrame:
    """Return the reports of the chosen years."""
    return reports[reports["year"].between(*years)] if years else reports.iloc[:0]


def _layers(
    known: tuple[str, ...], shares: pd.DataFrame, reports: pd.DataFrame, years: tuple[int, int] | None
) -> pd.DataFrame:
    inside = in_years(reports, years).groupby("layer")
    counts = shares[shares["quality"] == "date"].groupby("layer")["record_count"].sum()
    found = pd.DataFrame(
        {
            "record_count": counts,
            "country_count": inside["country_id"].nunique(),
            "first_year": inside["year"].min(),
            "last_year": inside["year"].max(),
            "placed_share": _share(shares, "place", PLACED),
            "dated_share": _share(shares, "date", DATED),
            "directed_share": _share(shares, "direction", ("directed",)),
            "range_share": _share(shares, "count", ("range",)),
        }
    ).reindex(known)
    whole = ["record_count", "country_count"]
    found[whole] = found[whole].fillna(0).astype("int64")
    return found.rename_axis("layer").reset_index()


def _share(shares: pd.DataFrame, quality: str, grades: tuple[str, ...]) -> "pd.Series[float]":
    """Return by layer the share of records that have one of these grades."""
    mine = shares[shares["quality"] == quality]
    good = mine["record_count"].where(mine["grade"].isin(grades), 0)
    return good.groupby(mine["layer"]).sum() / mine.groupby("layer")["record_count"].sum()


def regions(view: Coverage) -> pd.DataFrame:
    """Return one row per (region, subregion, layer): ``country_count``, ``reporting_count``, ``record_count``."""
    inside = in_years(view.reports, view.years)
    seen = inside.groupby(["layer", "country_id"])["record_count"].sum().reset_index()
    grid = pd.MultiIndex.from_product([view.layers["layer"], view.countries.index], names=["layer", "country_id"])
    whole = seen.set_index(["layer", "country_id"])["record_count"].reindex(grid).reset_index()
    whole = whole.join(view.countries, on="country_id")
    found = whole.groupby(["region", "subregion", "layer"])["record_count"].agg(["size", "count", "sum"])
    names = {"size": "country_count", "count": "reporting_count", "sum": "record_count"}
    return found.rename(columns=names).astype("int64").reset_index()


def cells(view: Coverage, layer: str) -> pd.DataFrame:
    """Return one row per (country, year) of a layer: ``country_id, year, state, record_count``.

    ``state`` is one of: records; spanning, only records that cover several years; silent, nothing in this year
    though the country has records in another year of the release; never. Years run over the chosen period.
    """
    if view.years is None:
        return pd.DataFrame(columns=["country_id", "year", "state", "record_count"])
    mine = view.reports[view.reports["layer"] == layer]
    years = range(view.years[0], view.years[1] + 1)
    grid = pd.MultiIndex.from_product([view.countries.index, years], names=["country_id", "year"])
    found = mine.set_index(["country_id", "year"])[["record_count", "spanning_count"]].reindex(grid).reset_index()
    found["state"] = NEVER
    found.loc[found["country_id"].isin(mine["country_id"]), "state"] = SILENT
    found.loc[found["spanning_count"] > 0, "state"] = SPANNING
    found.loc[found["record_count"] > 0, "state"] = RECORDS
    return found[["country_id", "year", "state", "record_count"]]
