"""The method in plain sentences, for those who will not read geo/README.md."""

from data.disclosure import SUPPRESSED

STEPS = {
    "A record becomes legs": (
        "Each leg joins two stated places. It counts as one record, less where its source or content is graded "
        "low, where a trace took years, or where a stated destination was not reached."
    ),
    "A leg becomes a bundle of plausible routes": (
        "Twenty routes are drawn by road, sea or air, as the record states; where it states nothing, as the "
        "layer's other records do. A place known roughly is drawn anew each time."
    ),
    "Two layers meet on a corridor": (
        "A layer's records run along a corridor when their own route takes half of it or more. From the records "
        "each way follows the probability that the layers run the same way, or opposite ways."
    ),
    "More than hubs and distance give, or not": (
        "Worlds are drawn in which a layer keeps its senders, its receivers and its decay with distance, and "
        "nothing else. What such worlds often show is no finding: class B at most."
    ),
    "Whether a word holds": (
        "Every word is tried under 27 ways of weighing the same records. If the direction turns in one, the class is C."
    ),
    "One event in two sources counts once": (
        "Two cases of different sources are one event when layer, country, kind, day and quantity agree and nothing "
        "contradicts. The better known record is kept, and counts as confirmed; each merge is listed in the release."
    ),
    "People are not told apart": (
        "Records about victims are counted per pair of places and full three years before anything else, rounded down, "
        f"and withheld where they are few ({SUPPRESSED}). Every page, brief and export reads those counts, so no "
        "choice of filters can be played against another."
    ),
}
WHERE = "The formulas and every threshold with its origin are in geo/README.md, which comes with the program."
CALIBRATION = (
    "Corridors of made-up worlds by the probability that was stated (across) and the share of them that was "
    "true (up). On the diagonal, probabilities mean what they say. Larger dots rest on more corridors."
)
