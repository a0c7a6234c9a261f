-- rows:   one per (layer, origin_id, first_month_on, last_month_on) of the flows between the two places, either way;
--         records of one month have both months equal, records dated to a year or a period have not
-- params: place_a, place_b; since date, until date (exclusive), layers list, countries list, limited list,
--         commodities list, modes list, modi list, each null for no limit; min_count whole number
-- reads:  chosen_legs, chosen_flows
-- order:  layer, origin_id, first_month_on, last_month_on
select
    l.layer,
    l.origin_id,
    date_trunc('month', l.date_start)::date as first_month_on,
    date_trunc('month', l.date_end)::date as last_month_on,
    sum(l.record_count)::bigint as record_count
from chosen_legs($since, $until, $layers, $countries, $limited, $commodities, $modes, $modi) as l
inner join chosen_flows($since, $until, $layers, $countries, $limited, $commodities, $modes, $modi, $min_count) as f
    on l.layer = f.layer and l.origin_id = f.origin_id and l.destination_id = f.destination_id
where
    least(l.origin_id, l.destination_id) = least($place_a, $place_b)
    and greatest(l.origin_id, l.destination_id) = greatest($place_a, $place_b)
group by all
order by l.layer, l.origin_id, first_month_on, last_month_on
