-- rows:   one per (layer, year) with a flow that reaches the minimum count; a record that spans several years counts an
--         equal part in each
-- params: since date, until date (exclusive), layers list, countries list, limited list, commodities list,
--         modes list, modi list, pairs list, each null for no limit; min_count whole number
-- reads:  chosen_legs
-- order:  layer, year
with pairs as (
    select
        layer,
        origin_id,
        destination_id,
        year(date_start) as first_year,
        year(date_end) as last_year,
        sum(record_count) as record_count
    from chosen_legs($since, $until, $layers, $countries, $limited, $commodities, $modes, $modi, $pairs)
    group by all
),

large as (
    select layer, origin_id, destination_id
    from pairs
    group by layer, origin_id, destination_id
    having sum(record_count) >= $min_count
),

spans as (
    select p.layer, p.first_year, p.last_year, sum(p.record_count) as record_count
    from pairs as p
    inner join large as l on p.layer = l.layer and p.origin_id = l.origin_id and p.destination_id = l.destination_id
    group by p.layer, p.first_year, p.last_year
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
