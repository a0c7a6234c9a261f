-- rows:   one per (layer, origin_id, destination_id, network) of the flows that reach the minimum count; network null
--         where the transport is not stated
-- params: since date, until date (exclusive), layers list, countries list, limited list, commodities list,
--         modes list, modi list, each null for no limit; min_count whole number
-- reads:  chosen_legs, chosen_flows
-- order:  layer, origin_id, destination_id, network
select
    l.layer,
    l.origin_id,
    l.destination_id,
    l.network,
    sum(case when l.status = 'intended' then 0 else l.weight end) as observed,
    sum(case when l.status = 'intended' then l.weight else 0 end) as intended,
    sum(case when l.status = 'intended' then 0 else l.weight_items end) as observed_items,
    sum(case when l.status = 'intended' then l.weight_items else 0 end) as intended_items,
    sum(case when l.status = 'intended' then 0 else l.weight_exposure end) as observed_exposure,
    sum(case when l.status = 'intended' then l.weight_exposure else 0 end) as intended_exposure
from chosen_legs($since, $until, $layers, $countries, $limited, $commodities, $modes, $modi) as l
inner join chosen_flows($since, $until, $layers, $countries, $limited, $commodities, $modes, $modi, $min_count) as f
    on l.layer = f.layer and l.origin_id = f.origin_id and l.destination_id = f.destination_id
group by l.layer, l.origin_id, l.destination_id, l.network
order by l.layer, l.origin_id, l.destination_id, l.network nulls last
