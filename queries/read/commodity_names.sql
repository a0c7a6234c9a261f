-- rows:   one per (layer, name) a reader may filter by: the group, or the published word in lower case
-- params: none
-- reads:  leg_kinds
-- order:  layer, name
select distinct
    layer,
    unnest([commodity, lower(commodity_raw)]) as name
from leg_kinds
order by layer, name
