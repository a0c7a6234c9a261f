"""What a corridor says, as sentences: the finding, what explains it, what would change it. Pure."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from dashboard import words
from dashboard.dossier import NEAR_KM
from dashboard.marks import records
from data.disclosure import VICTIM_LAYERS
from geo.assess import P_LEANING
from geo.bands import ENOUGH, N_MIN
from geo.compare import P_MIN
from geo.posterior import DELTA
from geo.proximity import ProximityTest
from geo.significance import Q_MAX
from geo.undone import contrary_needed

COMMON, INVERSE, MIXED, CROSSING, INSUFFICIENT = words.RELATION_TITLES
CLASS_MEANINGS = {
    "A": "sure, and more than hubs and distance give",
    "B": "sure, but hubs and distance may give it",
    "C": "likely, not sure",
    "D": "no word can be given",
}
UNTESTED = "sure, but whether hubs and distance give it was not tested"
NO_FIREARMS = "No firearms record of this choice joins these two places, so no other layer is compared here."
NOT_TESTED = "not tested against hubs and distance, for no strong bundle of firearms flows covers this corridor"
NEAR_CAVEAT = (
    "Near is not linked: incidents beside a corridor do not show that anybody who uses it had a part in them, nor the "
    "reverse. Incidents known only by their country are left out."
)
KAPPA_WORDS = {0.0: "not at all", 0.5: "by half", 1.0: "in full"}
WEIGHTING_WORDS = {"events": "by reports", "items": "by pieces found", "exposure": "by reports, corrected for effort"}
Row = Mapping[str, Any]


def findings(rows: pd.DataFrame) -> list[str]:
    """Return one sentence per other layer: relation, P, D, q, class and what explains it.

    Args:
        rows: Rows of ``view.Explore.corridors`` of one corridor, with relations.JUDGED; one per other layer.
    """
    return [finding(row) for row in records(rows)] or [NO_FIREARMS]


def finding(row: Row) -> str:
    """Return what one other layer does on the corridor."""
    title, relation = words.layer_title(row["layer"]), row["relation"]
    if relation == INSUFFICIENT:
        return f"{title}: too little evidence ({_scarce(row)})"
    d = f"shared direction D {signed(row['d'])}"
    if relation in (COMMON, INVERSE):
        way = "the same way as firearms" if relation == COMMON else "the opposite way to firearms"
        surprise = f", q {small(row['q_full_margin'])}" if known(row["q_full_margin"]) else ""
        told = f"probability {small(_p(row))}, {d}{surprise}"
        return (
            f"Records of {title.lower()} run {way} ({relation}): {told}. Class {row['evidence_class']}: {meaning(row)}"
        )
    what = {
        MIXED: f"{title} and firearms both run along this corridor; neither way is sure (mixed)",
        CROSSING: f"{title} and firearms meet here but do not run along each other (crossing)",
    }.get(relation, f"{title}: {words.relation_title(relation)}")
    if not known(row["p_common"]):
        return what
    both = f"probability of common {small(row['p_common'])}, of inverse {small(row['p_inverse'])}, {d}"
    return f"{what}: {both}. Class {row['evidence_class']}: {meaning(row)}"


def meaning(row: Row) -> str:
    """Return what the class of a corridor says, as half a sentence."""
    name = row["evidence_class"]
    if name == "B" and not known(row["q_full_margin"]):
        return UNTESTED
    if name == "C" and _flips(row):
        return f"the direction turns when records are weighed differently ({_flips(row)})"
    return CLASS_MEANINGS.get(name, "not classed")


def overlap(row: Row) -> str:
    """Return the raw and the adjusted overlap of one other layer, as a sentence."""
    title = words.layer_title(row["layer"])
    if not known(_p(row)):
        return f"{title}: too few records to compare"
    if not (known(row["statistic"]) and known(row["expected"])):
        return f"{title}: {NOT_TESTED}"
    raw = f"{title}: {words.plural(row['statistic'], 'weighted record')} near both ends in the likelier direction (raw)"
    if not row["expected"] > 0:
        return f"{raw}; hubs and distance alone give none"
    ratio = f"{row['statistic'] / row['expected']:.1f} times as many (adjusted)"
    expected = f"{row['expected']:,.{0 if row['expected'] >= 100 else 1}f}"
    return f"{raw}; hubs and distance alone give {expected}: {ratio}"


def changes(row: Row, settings: pd.DataFrame) -> list[str]:
    """Return what would change the answer for one other layer, in plain sentences.

    Args:
        row: One row as in ``findings``.
        settings: ``Dossier.settings`` of the same layer.
    """
    if row["relation"] == INSUFFICIENT:
        return _missing_records(row) or ["Records that name places rather than only countries are needed."]
    return [*_other_words(row, settings), *_other_class(row)]


def _missing_records(row: Row) -> list[str]:
    found = []
    for name, count in (("firearms", row["firearms_n"]), (row["layer"], row["other_n"])):
        if not count >= ENOUGH:
            missing = max(N_MIN - (count if known(count) else 0), 1)
            title = words.layer_title(name).lower()
            found.append(f"{words.plural(missing, 'more record')} of {title} along the corridor would allow a word.")
    return found


def _other_words(row: Row, settings: pd.DataFrame) -> list[str]:
    """Return under which weighings the word is another; one sentence where it is always the same."""
    usual = settings[settings["delta"] == DELTA]
    now = word(row["p_common"], row["p_inverse"])
    told = []
    for other in records(usual):
        then = word(other["P_common"], other["P_inverse"])
        if then != now:
            told.append(f"{setting(other)}, {then}.")
    if told or usual.empty:
        return [*told, *_undone(row)]
    return [f"However records are weighed, the answer stays: {now}.", *_undone(row)]


def _undone(row: Row) -> list[str]:
    """Return how many contrary records of the other layer would take its word away."""
    onward, back = row["a_onward"], row["a_back"]
    if row["relation"] not in (COMMON, INVERSE) or onward == back or not onward + back > 0:
        return []
    turn = min(max(row["d"] * (onward + back) / (onward - back), -1.0), 1.0)  # D is the product of both balances
    needed = contrary_needed((onward, back), (row["other_n"] * (1 + turn) / 2, row["other_n"] * (1 - turn) / 2))
    if not needed:
        return []
    title = words.layer_title(row["layer"]).lower()
    more = words.plural(needed, "more weighted record")
    return [f"At most {more} of {title} against their present way would take the word {row['relation']} away."]


def setting(row: Row) -> str:
    """Return a way of weighing in words."""
    return (
        f"Weighed {WEIGHTING_WORDS[row['weighting']]}, with destinations that were not reached counted "
        f"{KAPPA_WORDS[row['kappa']]} (kappa {row['kappa']:g})"
    )


def word(p_common: float, p_inverse: float) -> str:
    """Return the word these probabilities allow; nothing is left where they are unknown."""
    if not (known(p_common) and known(p_inverse)):
        return "nothing is left to judge"
    if max(p_common, p_inverse) < P_MIN:
        return "neither common nor inverse"
    return COMMON if p_common > p_inverse else INVERSE


def _other_class(row: Row) -> list[str]:
    """Return what keeps the corridor from a better class."""
    p, q = _p(row), row["q_full_margin"]
    found = []
    if known(p) and p < P_MIN:
        least, gain = (P_MIN, "common or inverse") if p >= P_LEANING else (P_LEANING, "class C")
        found.append(f"For {gain} the likelier direction needs a probability of {least:g}; it has {small(p)}.")
    if _flips(row):
        found.append(f"For class B no weighing may turn the direction; these do: {_flips(row)}.")
    if row["evidence_class"] == "B":
        what = f"it is {small(q)}" if known(q) else f"here it is {NOT_TESTED}"
        found.append(f"The class would be A if q were {Q_MAX:g} or less; {what}.")
    return found


def lag(row: Row) -> str:
    """Return what follows what, and by how long; or why it cannot be said.

    Args:
        row: One row of ``Dossier.lags``.
    """
    title = words.layer_title(row["layer"])
    counts = f"firearms {words.number(row['first_count'])}, {title.lower()} {words.number(row['second_count'])}"
    base = f"{counts} records dated to a month, over {words.plural(row['month_count'], 'month')}"
    if isinstance(row["reason"], str):
        return f"{title}: {row['reason']} ({base})"
    months = int(row["lag_months"])
    which = (
        f"firearms {words.plural(months, 'month')} ahead" if months > 0 else f"{title.lower()} {-months} months ahead"
    )
    which = "both in the same month" if months == 0 else which.replace(" 1 months", " 1 month")
    measured = f"correlation {row['correlation']:.2f}, q {small(row['q'])}; {base}"
    if not row["is_corrected"]:
        return (
            f"{title}: the best fit is {which} ({measured}); too little else was found in both countries to tell how "
            "closely they looked, and one campaign alone would look like this"
        )
    if row["q"] <= words.P_SURPRISE:
        return f"{title}: records rise and fall most alike with {which} ({measured}). That shows no cause"
    return f"{title}: no lead or lag stands out; the best fit is {which} ({measured})"


def silences(ends: pd.DataFrame) -> list[str]:
    """Return a warning for each layer and end of which next to nothing else is known.

    Args:
        ends: ``Dossier.ends``.
    """
    found = []
    for row in records(ends):
        rest = row["begin_count"] + row["end_count"] - row["own_count"]
        if rest < ENOUGH:
            besides = " besides this corridor's own" if row["own_count"] else ""
            counted = words.plural(rest, "record begins or ends", "records begin or end")
            where = f"{words.layer_title(row['layer'])}: nearly silent at {words.safe(row['name'])}"
            is_told = row["layer"] not in VICTIM_LAYERS
            missing = "What is missing there may be missing reports" + (
                "" if is_told else ", or counts too small to tell"
            )
            found.append(f"{where}; {counted} there{besides}. {missing}")
    return found


def near(counts: pd.DataFrame, reason: str) -> list[str]:
    """Return per point layer how many incidents lie near the corridor's line.

    Args:
        counts: ``Dossier.near``.
        reason: ``Dossier.near_reason``.
    """
    if reason:
        return [f"Not looked for: {reason}"]
    if counts.empty:
        return [f"No incident of this choice lies within {NEAR_KM:g} km of the corridor's line"]
    told = []
    for layer, mine in counts.groupby("layer"):
        many = words.plural(int(mine["incident_count"].sum()), "incident")
        first, last = int(mine["year"].min()), int(mine["year"].max())
        years = str(first) if first == last else f"{first} to {last}"
        told.append(f"{words.layer_title(str(layer))}: {many} within {NEAR_KM:g} km of the corridor's line, {years}")
    return told


def near_test(layer: str, tested: ProximityTest) -> str:
    """Return what the test of incidents near all firearms corridors says."""
    title = words.layer_title(layer)
    if tested.reason is not None:
        return f"{title}: {tested.reason}"
    rates = tested.rates
    if known(rates.ratio):
        told = f"{rates.ratio:.2f} times as many per kilometre as in similar surroundings elsewhere"
        told += f" (95 % interval {rates.low:.2f} to {rates.high:.2f})"
    else:
        told = "no rate can be compared"
    verdict = "lie nearer than" if tested.p <= words.P_SURPRISE else "are not shown to lie nearer than"
    return (
        f"{title}: {words.plural(tested.incident_count, 'incident')} {verdict} hubs and ways alone give along all "
        f"firearms corridors of this choice (p {small(tested.p)}); {told}"
    )


def _scarce(row: Row) -> str:
    title = words.layer_title(row["layer"]).lower()
    along = f"weighted records along the corridor: firearms {words.number(row['firearms_n'])}"
    along = f"{along}, {title} {words.number(row['other_n'])}"
    scarce = min(row["firearms_n"], row["other_n"]) < ENOUGH
    return f"{along}; {N_MIN:g} of each are needed" if scarce else f"{along}; too few of the same precision of place"


def _p(row: Row) -> float:
    return max((p for p in (row["p_common"], row["p_inverse"]) if known(p)), default=float("nan"))


def _flips(row: Row) -> str:
    """Return the settings that turn the direction; empty where none does, or none was tried."""
    return words.safe(row["flips"])


def known(value: object) -> bool:
    """Return whether a number is known."""
    return not bool(pd.isna(value))  # type: ignore[call-overload]


def small(value: float) -> str:
    """Return a probability or a q: 0.35, under 0.001, over 0.999."""
    if not known(value):
        return words.DASH
    if value < 0.001:
        return "under 0.001"
    return "over 0.999" if 0.999 < value < 1 else f"{value:.3f}" if value < 0.01 else f"{value:.2f}"


def signed(value: float) -> str:
    """Return a number from -1 to 1 with its sign."""
    return f"{value:+.2f}".replace("-", "−") if known(value) else words.DASH
