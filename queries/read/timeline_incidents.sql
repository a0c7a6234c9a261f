-- rows:   one per (layer, source_id, cell, first_month_on, last_month_on), or per country where only that is known
-- params: since date, until date (exclusive), layers list, countries list, each null for no limit
-- reads:  chosen_incidents
-- order:  layer, source_id, first_month_on, last_month_on, cell, country_id
with chosen as (
    select
        *,
        coalesce(precision = 'country', false) or cell is null as is_country
    from chosen_incidents($since, $until, $layers, $countries)
)

select
    layer,
    source_id,
    case when not is_country then cell end as cell,
    case when is_country then country_id end as country_id,
    date_trunc('month', date_start)::date as first_month_on,
    date_trunc('month', date_end)::date as last_month_on,
    count(*) as incident_count,
    avg(lon) filter (where not is_country) as lon,
    avg(lat) filter (where not is_country) as lat
from chosen
group by 1, 2, 3, 4, 5, 6
order by 1, 2, 5, 6, 3 nulls last, 4 nulls last
