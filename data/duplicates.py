"""When records of two sources state one event: the windows that queries/build/duplicates.sql is given."""

DAYS = 3  # between two dates; chosen 2026-11: a weekend and a day lie between an act and its report
SPAN_DAYS = 31  # longest period of a record that is compared at all; a year tells no events apart
DISTANCE_KM = 25.0  # between two points; what the name of a city is precise to, as NEAR_KM in geo/README.md
TOLERANCE = 0.05  # of quantities: gross against net, rounded against weighed; chosen 2026-11
WINDOWS = {"days": DAYS, "distance_km": DISTANCE_KM, "tolerance": TOLERANCE}
