"""What changed since the release before: new and ended corridors, and changed counts of records."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from dashboard import findings, stores, words
from dashboard.marks import records
from dashboard.stores import Store
from data import disclosure, release
from data.errors import ContraflowError

NONE_EARLIER = "This store holds no earlier release to compare with"
NAMED = 3  # corridors named of each kind
KEY = ["layer", "corridor_id"]


class Before(NamedTuple):
    """The flows of the release before; without them, why there are none."""

    release_id: str
    flows: pd.DataFrame | None
    reason: str


def previous(root: Path, current: release.Release) -> str | None:
    """Return the id of the newest release that was made before the current one; None where there is none.

    Raises:
        StoreError: a release is damaged.
    """
    names = sorted(path.parent.name for path in (root / release.RELEASES).glob(f"[!.]*/{release.MANIFEST}"))
    made = {name: str(release.pinned(root, name).manifest["created_at"]) for name in names}
    earlier = [(at, name) for name, at in made.items() if at < made[current.id]]
    return max(earlier)[1] if earlier else None


def before(store: Store, flows: Callable[[Store], pd.DataFrame]) -> Before:
    """Return what the release before holds of the same choice.

    Args:
        store: The current release.
        flows: Gives the flows of the choice in a release.
    """
    root = store.root
    old = None
    try:
        old = previous(root, store.release)
        return Before(old, flows(stores.opened(root, old)), "") if old else Before("", None, NONE_EARLIER)
    except ContraflowError as wrong:  # damaged, made by another version, or without what the filters name
        which = f"The release before ({old})" if old else "An earlier release"
        why = str(wrong).split(";")[0].rstrip(".")  # without the cure, which is for who keeps the store
        return Before(old or "", None, f"{which} cannot be compared: {why}")


def touches(rows: pd.DataFrame, country_of: pd.Series, country_id: str) -> pd.Series:
    """Return which rows begin or end in a country.

    Args:
        rows: ``origin_id, destination_id``.
        country_of: The country of each place.
        country_id: Which country.
    """
    return (rows["origin_id"].map(country_of) == country_id) | (rows["destination_id"].map(country_of) == country_id)


def changes(old: Before, flows: pd.DataFrame, country_of: pd.Series, country_id: str | None) -> list[str]:
    """Return what changed, as sentences.

    Args:
        old: The release before.
        flows: Of the current release.
        country_of: The country of each place.
        country_id: Only flows with an end there; None for all.
    """
    if old.flows is None:
        return [f"{old.reason}."]
    earlier = old.flows if country_id is None else old.flows[touches(old.flows, country_of, country_id)]
    both = _side_by_side(earlier, flows)
    new, ended = both[both["before"].isna()], both[both["after"].isna()]
    kept = both.dropna(subset=["before", "after"])
    changed = kept[kept["before"] != kept["after"]]
    if new.empty and ended.empty and changed.empty:
        return [f"Nothing: the release before ({old.release_id}) holds the same records of this choice."]
    told = [_listed(new, "after", "New"), _listed(ended, "before", "No longer there")]
    if len(changed):
        sums = [words.number(changed[name].sum()) for name in ("before", "after")]
        many = words.plural(len(changed), "corridor")
        told.append(f"Records changed on {many} known before: {sums[0]} then, {sums[1]} now.")
    return [*(line for line in told if line), f"Compared with release {old.release_id}."]


def _side_by_side(earlier: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return one row per (layer, corridor): ``before, after`` (NaN: no records), ``name``; largest first."""
    sums = [rows.groupby(KEY)["record_count"].sum() for rows in (earlier, now)]
    both = pd.concat(sums, axis=1, keys=["before", "after"])
    named = pd.concat([earlier, now])
    named = named.assign(name=[findings.ends(row) for row in records(named[["origin", "destination"]])])
    both["name"] = named.drop_duplicates(KEY).set_index(KEY)["name"].reindex(both.index)
    order = both[["before", "after"]].max(axis=1).sort_values(ascending=False, kind="stable").index
    return both.loc[order].reset_index()


def _listed(rows: pd.DataFrame, column: str, what: str) -> str:
    """Return how many corridors came or went, the largest by name; those too small to be told are only counted."""
    if rows.empty:
        return ""
    told = rows[~disclosure.is_small(rows[column], rows["layer"].map(findings.layer_of))].head(NAMED)
    named = [
        f"{row['name']} ({findings.mid(findings.part_title(row['layer']))}, {words.plural(row[column], 'record')})"
        for row in records(told)
    ]
    rest = len(rows) - len(named)
    if not named:
        return f"{what}: {words.plural(rest, 'corridor')} with very few records."
    others = f" and {words.plural(rest, 'more corridor')}" if rest else ""
    return f"{what}: {', '.join(named)}{others}."
