"""Six questions that pages ask of legs: by the product's own queries, and written again for pandas and polars.

A peer gets what it likes best: columns and types of its own choice, lawful trade left out before, texts as categories.
It need not list the sources of a flow, nor name its places, as the product's queries do.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from dashboard import assemble, flows, questions
from dashboard.filters import Filters
from dashboard.stores import Store
from data.places import gazetteer
from queries import run

PAIR = ("layer", "origin_id", "destination_id")
MONTHS = ("first_month_on", "last_month_on")
NUMBERS = {
    "flows": ("record_count", "record_count_high", "item_count", "observed_weight", "intended_weight"),
    "flows by network": (
        "observed",
        "intended",
        "observed_items",
        "intended_items",
        "observed_exposure",
        "intended_exposure",
    ),
    "timeline_flows": ("record_count", "intended_count"),
    "dossier_months": ("record_count",),
}
KEYS = {
    "flows": PAIR,
    "flows by network": (*PAIR, "network"),
    "timeline_flows": ("layer", "source_id", "origin_id", "destination_id", *MONTHS),
    "dossier_months": ("layer", "origin_id", *MONTHS),
}
CATEGORIES = ("layer", "source_id", "origin_id", "destination_id", "commodity", "transport_mode", "network")
READ = (*CATEGORIES, "status", "date_start", "date_end", "record_count", "record_count_high", "item_count")
WEIGHTS = ("weight", "weight_items", "weight_exposure")


@dataclass(frozen=True)
class Question:
    """One question: the product's query, the reader's filters, and for a dossier the two places."""

    name: str
    query: str
    filters: Filters
    places: tuple[str, ...] = field(default=())


def six_questions(store: Store) -> list[Question]:
    """Return the six questions: narrow, regional, a layer, a mode, most of a layer, and one pair of places."""
    found = assemble.flows(store, Filters(layers=("drugs",)))
    drugs = tuple(f"drugs:{name}" for name in ("cocaine", "opiates", "cannabis"))
    years = Filters(since=date(2018, 1, 1), until=date(2020, 1, 1), layers=("firearms", "drugs"))
    return [
        Question("Q1", "flows", Filters(**{**vars(years), "region": ("Europe",), "commodity": drugs})),
        Question("Q2", "timeline_flows", Filters(layers=("drugs",), region=("Europe",))),
        Question("Q3", "flows", Filters(layers=("firearms",))),
        Question("Q4", "flows", Filters(mode=("air",))),
        Question("Q6", "flows by network", Filters(since=date(2016, 1, 1), until=date(2024, 1, 1), layers=("drugs",))),
        Question("Q7", "dossier_months", Filters(), tuple(sorted(found.iloc[0][["origin_id", "destination_id"]]))),
    ]


def asked(store: Store, question: Question) -> pd.DataFrame:
    """Return the product's answer."""
    if question.query == "flows":
        return assemble.flows(store, question.filters)
    if question.query == "flows by network":
        found = flows.by_part(assemble.held(store, question.filters))
        return store.book.parts.take(found.index.to_numpy()).reset_index(drop=True).join(found.reset_index(drop=True))
    limits = questions.of_flows(store, question.filters)
    ends = dict(zip(("place_a", "place_b"), question.places, strict=False))
    return run.rows(store.con, question.query, **limits, **ends)


def ids_within(store: Store, question: Question) -> list[str] | None:
    """Return the places in the question's region."""
    if not question.filters.region:
        return None
    countries = gazetteer().region_country_ids(question.filters.region)
    return list(store.places.index[store.places["country_id"].isin(countries)])


def is_same(query: str) -> Callable[[pd.DataFrame, pd.DataFrame], bool]:
    """Return a function that tells whether two answers to a query have the same rows: counts exact, sums close."""
    keys, numbers = [*KEYS[query]], [*NUMBERS[query]]

    def plain(answer: pd.DataFrame) -> pd.DataFrame:
        texts = {key: answer[key].astype("str").fillna("") for key in keys if key not in MONTHS}
        days = {key: answer[key].astype("datetime64[s]") for key in keys if key in MONTHS}
        values = {name: answer[name].astype("float64").fillna(0.0) for name in numbers}
        return pd.DataFrame({**texts, **days, **values}).sort_values(keys, ignore_index=True)

    def same(ours: pd.DataFrame, theirs: pd.DataFrame) -> bool:
        one, other = plain(ours), plain(theirs)
        if len(one) != len(other) or not one[keys].equals(other[keys]):
            return False
        counts = [name for name in numbers if name.endswith(("count", "high"))]
        return bool(np.allclose(one[numbers], other[numbers], rtol=1e-6, atol=1e-9)) and one[counts].equals(
            other[counts]
        )

    return same


def in_pandas(legs: Path) -> pd.DataFrame:
    """Return the legs outside lawful trade in memory, as a user of pandas would hold them to ask often."""
    frame = pd.read_parquet(legs, columns=[*READ, *WEIGHTS])
    frame = frame[frame["status"] != "licit"].reset_index(drop=True)
    is_intended = (frame["status"] == "intended").to_numpy()
    for column, name in zip(WEIGHTS, ("", "_items", "_exposure"), strict=True):
        weight = frame.pop(column)
        frame[f"observed{name}"], frame[f"intended{name}"] = (
            weight.mask(is_intended, 0.0),
            weight.where(is_intended, 0.0),
        )
    frame["intended_count"] = np.where(is_intended, frame["record_count"], 0)
    frame["date_start"], frame["date_end"] = (pd.to_datetime(frame[name]) for name in ("date_start", "date_end"))
    frame["item_count"] = frame["item_count"].astype("float64")
    return frame.drop(columns="status").astype(dict.fromkeys(CATEGORIES, "category"))


def pandas_answer(frame: pd.DataFrame, question: Question, within: list[str] | None) -> pd.DataFrame:
    """Return the answer by pandas."""
    mine = frame[_mask(frame, question, within)]
    keys = [*KEYS[question.query]]
    if MONTHS[0] in keys:
        months = {MONTHS[0]: mine["date_start"], MONTHS[1]: mine["date_end"]}
        mine = mine.assign(
            **{name: days.astype("datetime64[s]").dt.to_period("M").dt.to_timestamp() for name, days in months.items()}
        )
    named = {"observed_weight": ("observed", "sum"), "intended_weight": ("intended", "sum")}
    sums = {name: (name, "sum") for name in NUMBERS[question.query] if name not in named}
    if question.query == "flows":
        sums |= named | {"first_on": ("date_start", "min"), "last_on": ("date_end", "max")}
    return mine.groupby(keys, observed=True, dropna=False, sort=False).agg(**sums).reset_index()


def _mask(frame: pd.DataFrame, question: Question, within: list[str] | None) -> "pd.Series[bool]":
    wanted = question.filters
    found = frame["layer"].isin(wanted.layers)
    if wanted.since and wanted.until:
        found &= (frame["date_start"] >= pd.Timestamp(wanted.since)) & (
            frame["date_start"] < pd.Timestamp(wanted.until)
        )
    if within is not None:
        found &= frame["origin_id"].isin(within) & frame["destination_id"].isin(within)
    if wanted.commodity:  # all of one layer; the other layers are not limited
        names = [word.partition(":")[2] for word in wanted.commodity]
        found &= frame["commodity"].isin(names) | (frame["layer"] != wanted.commodity[0].partition(":")[0])
    if wanted.mode:
        found &= frame["transport_mode"].isin(wanted.mode)
    if question.places:
        found &= frame["origin_id"].isin(question.places) & frame["destination_id"].isin(question.places)
    return found


def sql_answer(store: Store, legs: Path, question: Question, within: list[str] | None) -> pd.DataFrame:
    """Return the answer by DuckDB from the legs of a Parquet file: flows summed when they are asked for."""
    if question.query not in SUMMED:
        return asked(store, question)
    columns, keys = SUMMED[question.query], ", ".join(KEYS[question.query])
    wanted = question.filters
    values: dict[str, Any] = {
        "layers": list(wanted.layers),
        "since": wanted.since,
        "until": wanted.until,
        "within": within,
        "commodities": [word.partition(":")[2] for word in wanted.commodity] or None,
        "modes": list(wanted.mode) or None,
    }
    with duckdb.connect() as con:
        return con.execute(STATEMENT.format(legs=legs, columns=columns, keys=keys), values).df()


SUMMED = {
    "flows": """
        sum(record_count)::bigint as record_count,
        sum(record_count_high)::bigint as record_count_high,
        sum(item_count)::bigint as item_count,
        sum(case when status = 'intended' then 0 else weight end) as observed_weight,
        sum(case when status = 'intended' then weight else 0 end) as intended_weight,
        min(date_start) as first_on,
        max(date_end) as last_on
    """,
    "flows by network": ", ".join(
        f"sum(case when status = 'intended' then {one} else {other} end) as {side}{end}"
        for end in ("", "_items", "_exposure")
        for side, one, other in (("observed", "0", f"weight{end}"), ("intended", f"weight{end}", "0"))
    ),
}
STATEMENT = """
select {keys}, {columns}
from read_parquet('{legs}')
where
    status <> 'licit'
    and list_contains($layers, layer)
    and ($since is null or date_start >= $since)
    and ($until is null or date_start < $until)
    and ($within is null or (list_contains($within, origin_id) and list_contains($within, destination_id)))
    and ($commodities is null or layer <> 'drugs' or list_contains($commodities, commodity))
    and ($modes is null or list_contains($modes, transport_mode))
group by all
"""


def polars_answer(legs: Path, question: Question, within: list[str] | None) -> pd.DataFrame:
    """Return the answer by polars, from the Parquet file."""
    pl: Any = import_module("polars")
    col, is_intended = pl.col, pl.col("status") == "intended"
    rows = pl.scan_parquet(legs).filter(_polars_mask(pl, question, within))
    keys: list[Any] = [key for key in KEYS[question.query] if key not in MONTHS]
    if MONTHS[0] in KEYS[question.query]:
        days = {MONTHS[0]: "date_start", MONTHS[1]: "date_end"}
        keys += [col(name).dt.truncate("1mo").alias(month) for month, name in days.items()]
    sums = []
    for name in NUMBERS[question.query]:
        side, _, rest = name.partition("_")
        if name == "intended_count":
            sums.append(pl.when(is_intended).then(col("record_count")).otherwise(0).sum().alias(name))
        elif side in ("observed", "intended"):
            weight = col(f"weight_{rest}" if rest in ("items", "exposure") else "weight")
            sums.append(pl.when(is_intended == (side == "intended")).then(weight).otherwise(0.0).sum().alias(name))
        else:
            sums.append(col(name).sum())
    if question.query == "flows":
        sums += [col("date_start").min().alias("first_on"), col("date_end").max().alias("last_on")]
    found = rows.group_by(keys).agg(sums).collect()
    return pd.DataFrame({name: found[name].to_list() for name in found.columns})


def _polars_mask(pl: Any, question: Question, within: list[str] | None) -> Any:
    col, wanted = pl.col, question.filters
    found = (col("status") != "licit") & col("layer").is_in(list(wanted.layers))
    if wanted.since and wanted.until:
        found &= (col("date_start") >= wanted.since) & (col("date_start") < wanted.until)
    if within is not None:
        found &= col("origin_id").is_in(within) & col("destination_id").is_in(within)
    if wanted.commodity:
        names = [word.partition(":")[2] for word in wanted.commodity]
        found &= col("commodity").is_in(names) | (col("layer") != wanted.commodity[0].partition(":")[0])
    if wanted.mode:
        found &= col("transport_mode").is_in(list(wanted.mode))
    if question.places:
        found &= col("origin_id").is_in(list(question.places)) & col("destination_id").is_in(list(question.places))
    return found
