"""What the Coverage and Time pages say: names of grades and states, captions, caveats."""

PRECISION_TITLES = {
    "exact": "Exact point",
    "place": "Town or place",
    "admin2": "District",
    "admin1": "State or province",
    "country": "Country only",
    "sea": "At sea",
    "none": "No known place",
}
DATE_TITLES = {
    "day": "Day",
    "month": "Month",
    "quarter": "Quarter",
    "year": "Year only",
    "period": "Several days or more",
}
STATUS_TITLES = {
    "observed": "Observed",
    "intended": "Destination not reached",
    "trace": "Trace, way not known",
}
COVERAGE_TITLES = {
    "records": "Records, by their number",
    "spanning": "Only records that span several years",
    "silent": "Nothing that year, but in another",
    "never": "Never any record",
}
COVERAGE_FILTERS = (
    "Layers, period and region of the side bar apply here. What was found, transport and the least number of records "
    "do not, for they say nothing of who reports."
)
COVERAGE_OF_PAIRS = (
    "Coverage of pairs: the estimated share of a layer's movement that runs between places already seen together (Chao "
    "and Jost 2012). Publishers that leave out or round small numbers make it look higher than it is; where small "
    "counts are withheld it cannot be told."
)
QUALITY_CAPTION = (
    "Places: of the vaguest place a record names. Direction: share of hops between two places, weighted by records; "
    "incidents have none. Lawful trade is left out."
)
CHANGE_TITLES = {
    "EMERGING": "Emerging",
    "FADING": "Fading",
    "STEADY": "No clear change",
    "INSUFFICIENT": "Not enough data",
}
LAYER_CHANGE_TITLES = CHANGE_TITLES | {"EMERGING": "More records", "FADING": "Fewer records"}
CHANGE_CAVEAT = (
    "Records count only in years in which their source reported on one of the two countries: a year without reports is "
    "not a year without a flow. More records may still mean more searching or more publishing."
)
LEGS_COUNT = "Records on flows, or incidents. A journey of several legs counts once on each leg."
