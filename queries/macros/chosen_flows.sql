-- rows:   one per (layer, origin_id, destination_id) that reaches the minimum count
-- params: those of chosen_legs, min_count whole number
-- reads:  chosen_legs
-- order:  none
create macro chosen_flows(since, until, layers, countries, limited, commodities, modes, modi, min_count) as table
with by_source as (
    select
        layer,
        origin_id,
        destination_id,
        source_id,
        sum(record_count) as record_count,
        sum(record_count_high) as record_count_high,
        sum(item_count) as item_count,
        sum(case when status = 'intended' then weight else 0 end) as intended_weight,
        sum(case when status = 'intended' then 0 else weight end) as observed_weight,
        sum(case when status = 'intended' then record_count else 0 end) as intended_count,
        min(date_start) as first_on,
        max(date_end) as last_on
    from chosen_legs(since, until, layers, countries, limited, commodities, modes, modi)
    group by layer, origin_id, destination_id, source_id
)

select
    layer,
    origin_id,
    destination_id,
    sum(record_count)::bigint as record_count,
    sum(record_count_high)::bigint as record_count_high,
    sum(item_count)::bigint as item_count,
    sum(intended_weight) as intended_weight,
    sum(observed_weight) as observed_weight,
    sum(intended_count)::bigint as intended_count,
    min(first_on) as first_on,
    max(last_on) as last_on,
    array_to_string(list_sort(list(source_id)), ', ') as sources
from by_source
group by layer, origin_id, destination_id
having sum(record_count) >= min_count
