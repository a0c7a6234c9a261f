-- rows:   one per (layer, cell), or per (layer, country) where only the country is known
-- params: since date, until date (exclusive), layers list, countries list, each null for no limit
-- reads:  chosen_incidents, places
-- order:  layer, precision, cell, country_id
with chosen as (
    select
        *,
        coalesce(precision = 'country', false) or cell is null as is_country
    from chosen_incidents($since, $until, $layers, $countries)
)

select
    c.layer,
    case when c.is_country then 'country' else 'cell' end as precision,
    case when not c.is_country then c.cell end as cell,
    case when c.is_country then c.country_id end as country_id,
    coalesce(any_value(p.name) filter (where c.is_country), '') as place,
    case when bool_or(c.is_country) then any_value(p.lon) else avg(c.lon) end as lon,
    case when bool_or(c.is_country) then any_value(p.lat) else avg(c.lat) end as lat,
    count(*) as incident_count,
    sum(c.killed_count)::bigint as killed_count
from chosen as c
left join places as p on c.country_id = p.place_id
group by 1, 2, 3, 4
order by 1, 2, 3 nulls last, 4 nulls last
