-- rows:   one per (layer, source_id, origin_id, destination_id, first_month_on, last_month_on) of the flows that reach
--         the minimum count; records of one month have both months equal, records dated to a year or a period have not
-- params: since date, until date (exclusive), layers list, countries list, limited list, commodities list,
--         modes list, modi list, each null for no limit; min_count whole number
-- reads:  chosen_legs, chosen_flows
-- order:  layer, source_id, origin_id, destination_id, first_month_on, last_month_on
select
    l.layer,
    l.source_id,
    l.origin_id,
    l.destination_id,
    date_trunc('month', l.date_start)::date as first_month_on,
    date_trunc('month', l.date_end)::date as last_month_on,
    sum(l.record_count)::bigint as record_count,
    sum(case when l.status = 'intended' then l.record_count else 0 end)::bigint as intended_count
from chosen_legs($since, $until, $layers, $countries, $limited, $commodities, $modes, $modi) as l
inner join chosen_flows($since, $until, $layers, $countries, $limited, $commodities, $modes, $modi, $min_count) as f
    on l.layer = f.layer and l.origin_id = f.origin_id and l.destination_id = f.destination_id
group by all
order by l.layer, l.source_id, l.origin_id, l.destination_id, first_month_on, last_month_on
