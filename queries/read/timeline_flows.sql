-- rows:   one per (layer, source_id, origin_id, destination_id, first_month_on, last_month_on) of the flows that reach
--         the minimum count; records of one month have both months equal, records dated to a year or a period have not
-- params: since date, until date (exclusive), layers list, countries list, limited list, commodities list,
--         modes list, modi list, pairs list, each null for no limit; min_count whole number
-- reads:  chosen_legs
-- order:  layer, source_id, origin_id, destination_id, first_month_on, last_month_on
with months as (
    select
        layer,
        source_id,
        origin_id,
        destination_id,
        date_trunc('month', date_start)::date as first_month_on,
        date_trunc('month', date_end)::date as last_month_on,
        sum(record_count)::bigint as record_count,
        sum(case when status = 'intended' then record_count else 0 end)::bigint as intended_count
    from chosen_legs($since, $until, $layers, $countries, $limited, $commodities, $modes, $modi, $pairs)
    group by all
),

large as (
    select layer, origin_id, destination_id
    from months
    group by layer, origin_id, destination_id
    having sum(record_count) >= $min_count
)

select m.*
from months as m
inner join large as l on m.layer = l.layer and m.origin_id = l.origin_id and m.destination_id = l.destination_id
order by m.layer, m.source_id, m.origin_id, m.destination_id, m.first_month_on, m.last_month_on
