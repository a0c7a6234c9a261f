-- rows:   one per (kind of leg, first day)
-- params: none
-- reads:  leg_days
-- order:  kind, date_start as the file has them
select
    kind,
    date_start,
    record_count,
    record_count_high,
    item_count,
    weight_billionths,
    weight_items_billionths,
    weight_exposure_billionths
from leg_days
