-- rows:   one per (layer, quality, grade): how many records are known how well. Qualities: place (precision of the
--         vaguest known place), date, direction (at least one directed hop, or none), count (as printed, or a range)
-- params: since date, until date (exclusive), layers list, countries list (any stated place); null for no limit
-- reads:  observations, waypoints, places, legs, incidents
-- order:  layer, quality, grade
with placed as (
    select distinct w.obs_id
    from waypoints as w
    inner join places as p on w.place_id = p.place_id
    where list_contains($countries, p.country_id)
),

vaguest as (
    select
        obs_id,
        max(list_position(['exact', 'place', 'admin2', 'admin1', 'country', 'sea'], precision)) as rank
    from waypoints
    where place_id is not null
    group by obs_id
),

directed as (
    select distinct obs_id
    from legs
    where status <> 'licit'
),

records as (
    select
        o.layer,
        ['exact', 'place', 'admin2', 'admin1', 'country', 'sea'][v.rank] as place,
        o.date_precision as dated,
        case when d.obs_id is null then 'none' else 'directed' end as direction,
        case when o.is_suppressed then 'range' else 'number' end as counted,
        o.case_count as record_count
    from observations as o
    left join vaguest as v on o.obs_id = v.obs_id
    left join directed as d on o.obs_id = d.obs_id
    where
        not o.is_subtotal
        and ($since is null or o.date_start >= $since)
        and ($until is null or o.date_start < $until)
        and ($layers is null or list_contains($layers, o.layer))
        and ($countries is null or o.obs_id in (select obs_id from placed))
    union all
    select
        i.layer,
        i.precision as place,
        i.date_precision as dated,
        null as direction,
        'number' as counted,
        1 as record_count
    from incidents as i
    where
        ($since is null or i.date_start >= $since)
        and ($until is null or i.date_start < $until)
        and ($layers is null or list_contains($layers, i.layer))
        and ($countries is null or list_contains($countries, i.country_id))
),

graded as (
    select layer, 'place' as quality, coalesce(place, 'none') as grade, record_count from records
    union all
    select layer, 'date' as quality, dated as grade, record_count from records
    union all
    select layer, 'direction' as quality, direction as grade, record_count from records where direction is not null
    union all
    select layer, 'count' as quality, counted as grade, record_count from records
)

select
    layer,
    quality,
    grade,
    sum(record_count)::bigint as record_count
from graded
group by layer, quality, grade
order by layer, quality, grade
