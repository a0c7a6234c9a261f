-- rows:   one per layer: records of the flows asked for, and those of them whose dates lie on both sides of a day
-- params: middle date; since date, until date (exclusive), layers list, countries list, limited list, commodities list,
--         modes list, modi list, pairs list, each null for no limit
-- reads:  chosen_legs
-- order:  layer
select
    layer,
    sum(record_count)::bigint as record_count,
    sum(case when date_start < $middle and date_end >= $middle then record_count else 0 end)::bigint as spanning_count
from chosen_legs($since, $until, $layers, $countries, $limited, $commodities, $modes, $modi, $pairs)
group by layer
order by layer
