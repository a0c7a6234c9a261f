-- rows:   one per (layer, commodity) that a leg carries
-- params: none
-- reads:  legs
-- order:  layer, commodity
select
    layer,
    commodity,
    sum(record_count)::bigint as record_count
from legs
where commodity is not null
group by layer, commodity
order by layer, commodity
