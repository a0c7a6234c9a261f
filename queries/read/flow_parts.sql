-- rows:   one per (layer, origin_id, destination_id, network) of the flows that reach the minimum count; network null
--         where the transport is not stated
-- params: since date, until date (exclusive), layers list, countries list, limited list, commodities list,
--         modes list, modi list, each null for no limit; min_count whole number
-- reads:  chosen_legs
-- order:  layer, origin_id, destination_id, network
with sums as (
    select
        layer,
        origin_id,
        destination_id,
        network,
        status = 'intended' as is_intended,
        sum(record_count) as record_count,
        sum(weight) as weight,
        sum(weight_items) as weight_items,
        sum(weight_exposure) as weight_exposure
    from chosen_legs($since, $until, $layers, $countries, $limited, $commodities, $modes, $modi)
    group by layer, origin_id, destination_id, network, is_intended
),

parts as (
    select
        layer,
        origin_id,
        destination_id,
        network,
        sum(record_count) as record_count,
        sum(case when is_intended then 0 else weight end) as observed,
        sum(case when is_intended then weight else 0 end) as intended,
        sum(case when is_intended then 0 else weight_items end) as observed_items,
        sum(case when is_intended then weight_items else 0 end) as intended_items,
        sum(case when is_intended then 0 else weight_exposure end) as observed_exposure,
        sum(case when is_intended then weight_exposure else 0 end) as intended_exposure
    from sums
    group by layer, origin_id, destination_id, network
),

large as (
    select layer, origin_id, destination_id
    from parts
    group by layer, origin_id, destination_id
    having sum(record_count) >= $min_count
)

select
    p.layer,
    p.origin_id,
    p.destination_id,
    p.network,
    p.observed,
    p.intended,
    p.observed_items,
    p.intended_items,
    p.observed_exposure,
    p.intended_exposure
from parts as p
inner join large as l on p.layer = l.layer and p.origin_id = l.origin_id and p.destination_id = l.destination_id
order by p.layer, p.origin_id, p.destination_id, p.network nulls last
