-- rows:   one per (layer, year) with a flow that reaches the minimum count
-- params: since date, until date (exclusive), layers list, countries list, limited list, commodities list,
--         modes list, each null for no limit; min_count whole number
-- reads:  chosen_legs, chosen_flows
-- order:  layer, year
select
    l.layer,
    l.year,
    sum(l.record_count)::bigint as record_count
from chosen_legs($since, $until, $layers, $countries, $limited, $commodities, $modes) as l
inner join chosen_flows($since, $until, $layers, $countries, $limited, $commodities, $modes, $min_count) as f
    on l.layer = f.layer and l.origin_id = f.origin_id and l.destination_id = f.destination_id
group by l.layer, l.year
order by l.layer, l.year
