"""The method in plain sentences, for those who will not read geo/README.md."""

from data.disclosure import SUPPRESSED
from geo.ends import BORDER_KM

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
FORMULAS = {
    r"w=g\,\tau\,\kappa": (
        "What a record counts: by the grade of its source and its content g, by the age of a trace τ, and κ where the "
        "stated destination was not reached; never more than 1."
    ),
    r"c_e=\mathrm{km}_e\,e^{0.3\,z_e}+\beta_e": (
        "What a stretch of road costs one of the 20 journeys: its length, changed at random by z, which is alike "
        f"nearby, and β = {BORDER_KM:g} km at a border. Each journey takes the cheapest way; no length shown holds β."
    ),
    r"F^{\pm}_e=\sum_i w_i\,p_i(e),\qquad T_e=F^+_e+F^-_e,\qquad \rho_e=\frac{F^+_e-F^-_e}{T_e}": (
        "What a layer has on a stretch e each way: its records i, each with the share p of its 20 routes that pass; ρ "
        "is its direction, from -1 to 1."
    ),
    r"S_e=\sqrt{T^A_e\,T^B_e},\qquad D_e=\rho^A_e\,\rho^B_e,\qquad "
    r"\Omega=\frac{\sum_e \mathrm{km}_e S_e D_e}{\sum_e \mathrm{km}_e S_e}": (
        "Two layers A and B: how much both are there (S), whether they run the same way (D above 0) or opposite ways "
        "(below 0), and both over the whole map (Ω)."
    ),
    r"P_{\text{common}}=\Pr(D>0.2),\qquad P_{\text{inverse}}=\Pr(D<-0.2)": (
        "On a corridor: the share of each layer's records in one direction has a Beta posterior on n/1.5 records, with "
        "8 % of directions taken to be misreported. A word needs 0.9."
    ),
    r"\hat T_{ij}=a_i\,b_j\,e^{-d_{ij}/L}": (
        "The null model: records from i to j if only what each place sends and receives, and distance, counted."
    ),
    r"\text{score}=\sqrt{(F_{\rightarrow}+F_{\leftarrow})\,(O_{\rightarrow}+O_{\leftarrow})}": (
        "Borders and hubs: high only where firearms F and the other layer O are both many."
    ),
}
MEASURES = (
    "m and r: how much the two layers favour the same pairs of places, in the same direction and in the opposite one. "
    "Omega: Ω above. Full margin and polarity: null worlds that keep, or swap at random, what each place sends and "
    "receives. Bundle: a strong group of neighbouring flows. k: unevenness of counts, smaller is more uneven. n: "
    "records. Kept or missed is by the value alone, without allowance for its standard error."
)
WHERE = "The formulas and every threshold with its origin are in geo/README.md, which comes with the program."
CALIBRATION = (
    "Corridors of made-up worlds by the probability that was stated (across) and the share of them that was "
    "true (up). On the diagonal, probabilities mean what they say. Larger dots rest on more corridors."
)
