-- rows:   one per (layer, commodity) that a flow carries
-- params: none
-- reads:  leg_kinds
-- order:  layer, commodity
select distinct
    layer,
    commodity
from leg_kinds
where commodity is not null
order by layer, commodity
