-- rows:   one per (layer, status) of the legs outside lawful trade
-- params: since date, until date (exclusive), layers list, countries list (both ends); null for no limit
-- reads:  chosen_legs
-- order:  layer, status
select
    layer,
    status,
    sum(record_count)::bigint as record_count
from chosen_legs($since, $until, $layers, $countries, null, null, null, null, null)
group by layer, status
order by layer, status
