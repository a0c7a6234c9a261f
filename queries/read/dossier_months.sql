-- rows:   one per (layer, origin_id, first_month_on, last_month_on) of the flows between the two places, either way;
--         records of one month have both months equal, records dated to a year or a period have not
-- params: place_a, place_b; since date, until date (exclusive), layers list, countries list, limited list,
--         commodities list, modes list, modi list, pairs list, each null for no limit; min_count whole number
-- reads:  chosen_legs
-- order:  layer, origin_id, first_month_on, last_month_on
select
    layer,
    origin_id,
    date_trunc('month', date_start)::date as first_month_on,
    date_trunc('month', date_end)::date as last_month_on,
    sum(record_count)::bigint as record_count
from chosen_legs($since, $until, $layers, $countries, $limited, $commodities, $modes, $modi, $pairs)
where list_contains([$place_a, $place_b], origin_id) and list_contains([$place_a, $place_b], destination_id)
group by layer, origin_id, first_month_on, last_month_on
qualify sum(sum(record_count)) over (partition by layer, origin_id) >= $min_count
order by layer, origin_id, first_month_on, last_month_on
