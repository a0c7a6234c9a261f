-- rows:   one per (layer, source_id, country_id, year) with anything found there; country_id null where that is not
--         stated. A record that spans several years counts in none of them: they carry it in spanning_count
-- params: none
-- reads:  observations, waypoints, places, incidents
-- order:  layer, source_id, country_id, year
with finds as (
    select
        obs_id,
        max_by(place_id, seq) as place_id
    from waypoints
    where role in ('seizure', 'recovery', 'detection')
    group by obs_id
),

records as (
    select
        o.layer,
        o.source_id,
        p.country_id,
        o.date_start,
        o.date_end,
        o.case_count as record_count
    from observations as o
    left join finds as f on o.obs_id = f.obs_id
    left join places as p on f.place_id = p.place_id
    where not o.is_subtotal
    union all
    select layer, source_id, country_id, date_start, date_end, 1 as record_count
    from incidents
),

spans as (
    select
        layer,
        source_id,
        country_id,
        year(date_start) as first_year,
        year(date_end) as last_year,
        sum(record_count) as record_count
    from records
    group by all
),

years as (
    select
        *,
        unnest(range(first_year, last_year + 1)) as year
    from spans
)

select
    layer,
    source_id,
    country_id,
    year,
    sum(case when first_year = last_year then record_count else 0 end)::bigint as record_count,
    sum(case when first_year = last_year then 0 else record_count end)::bigint as spanning_count
from years
group by layer, source_id, country_id, year
order by layer, source_id, country_id nulls last, year
