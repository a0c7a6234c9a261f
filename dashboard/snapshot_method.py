"""The method of a snapshot as plain values: every threshold its tables were made with."""

from dataclasses import asdict

from dashboard import method_words, routing
from dashboard.filters import Filters
from dashboard.relations import Draws
from data import networks
from data.disclosure import Rule
from geo import assess, bands, compare, evidence, multiplex, posterior, significance


def parameters(filters: Filters, draws: Draws, rule: Rule) -> dict[str, object]:
    """Return the parameters of the method, and the method in plain sentences.

    Args:
        filters: The choice, for the weight of destinations not reached.
        draws: How surprise was tested.
        rule: What the release states of its small counts.
    """
    chosen = {"kappa": filters.kappa, "draws": draws.count, "seed": draws.seed}
    words = {"in_words": method_words.STEPS, "where": method_words.WHERE}
    return {**chosen, **_thresholds(), "weights": _weights(), "small_counts": dict(rule), **words}


def _thresholds() -> dict[str, object]:
    return {
        "routes": {**asdict(routing.SETTINGS), "networks_sha256": networks.digest()},
        "relation": {
            "weighted_records_least": bands.N_MIN,
            "probability_least": compare.P_MIN,
            "d_least": posterior.D_MIN,
            "overdispersion": posterior.PHI,
            "share_stated_in_the_wrong_direction": posterior.DELTA,
            "crossing_share_most": compare.CROSSING_MAX,
            "crossing_inside_share_least": compare.INSIDE_MIN,
        },
        "evidence_class": {
            "weightings": list(assess.WEIGHTINGS),
            "kappas": list(assess.KAPPAS),
            "wrong_direction_shares": list(assess.DELTAS),
            "leaning_probability_least": assess.P_LEANING,
            "q_most": significance.Q_MAX,
        },
        "null_model": {"places_are_one_end_within_km": multiplex.H_KM},
    }


def _weights() -> dict[str, object]:
    return {
        "reliability": evidence.RELIABILITY,
        "credibility": evidence.CREDIBILITY,
        "trace_factors": list(evidence.TRACE_FACTORS),
        "trace_factor_unknown": evidence.TRACE_FACTOR,
    }
