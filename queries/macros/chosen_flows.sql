-- rows:   one per (layer, origin_id, destination_id) that reaches the minimum count
-- params: those of chosen_legs, min_count whole number
-- reads:  chosen_legs
-- order:  none
create macro chosen_flows(since, until, layers, countries, limited, commodities, modes, modi, min_count) as table
select
    layer,
    origin_id,
    destination_id,
    sum(record_count)::bigint as record_count,
    sum(record_count_high)::bigint as record_count_high,
    sum(item_count)::bigint as item_count,
    sum(case when status = 'intended' then weight else 0 end) as intended_weight,
    sum(case when status = 'intended' then 0 else weight end) as observed_weight,
    sum(case when status = 'intended' then record_count else 0 end)::bigint as intended_count,
    min(date_start) as first_on,
    max(date_end) as last_on,
    string_agg(distinct source_id, ', ' order by source_id) as sources
from chosen_legs(since, until, layers, countries, limited, commodities, modes, modi)
group by layer, origin_id, destination_id
having sum(record_count) >= min_count
