-- rows:   one per (layer, year) with a flow that reaches the minimum count; a record that spans several years counts an
--         equal part in each
-- params: since date, until date (exclusive), layers list, countries list, limited list, commodities list,
--         modes list, modi list, each null for no limit; min_count whole number
-- reads:  chosen_legs, chosen_flows
-- order:  layer, year
with spans as (
    select
        l.layer,
        year(l.date_start) as first_year,
        year(l.date_end) as last_year,
        sum(l.record_count) as record_count
    from chosen_legs($since, $until, $layers, $countries, $limited, $commodities, $modes, $modi) as l
    inner join chosen_flows($since, $until, $layers, $countries, $limited, $commodities, $modes, $modi, $min_count) as f
        on l.layer = f.layer and l.origin_id = f.origin_id and l.destination_id = f.destination_id
    group by all
),

years as (
    select
        layer,
        unnest(range(first_year, last_year + 1)) as year,
        record_count / (last_year - first_year + 1) as record_count
    from spans
)

select
    layer,
    year,
    sum(record_count order by record_count) as record_count
from years
group by layer, year
order by layer, year
