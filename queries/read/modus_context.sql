-- rows:   one per (source_id, topic, category) of the firearms that states count by a circumstance of the seizure
-- params: since date, until date (exclusive), countries list (the state), each null for no limit
-- reads:  observations, waypoints, places
-- order:  source_id, topic, category
with figures as (
    select
        o.source_id,
        split_part(o.commodity, ': ', 1) as topic,
        split_part(o.commodity, ': ', 2) as category,
        o.item_count,
        year(o.date_start) as year,
        p.country_id
    from observations as o
    inner join waypoints as w on o.obs_id = w.obs_id
    inner join places as p on w.place_id = p.place_id
    where
        o.layer = 'firearms_context'
        and split_part(o.commodity, ': ', 1) in ('criminal context', 'condition')
        and o.item_count is not null
        and o.record_kind <> 'trace'
        and lower(o.commodity_raw) like '%seized%'
        and ($since is null or o.date_start >= $since)
        and ($until is null or o.date_start < $until)
        and ($countries is null or list_contains($countries, p.country_id))
)

select
    source_id,
    topic,
    category,
    sum(item_count)::bigint as item_count,
    count(*)::bigint as figure_count,
    count(distinct country_id)::bigint as country_count,
    min(year) as first_year,
    max(year) as last_year
from figures
group by source_id, topic, category
order by source_id, topic, category
