-- rows:   one per source, with the published place names that no place is known for, the most frequent first
-- params: none
-- reads:  sources, unresolved
-- order:  source_id
with ranked as (
    select
        source_id,
        name,
        sum(row_count) as row_count
    from unresolved
    group by source_id, name
),

listed as (
    select
        source_id,
        count(*) as name_count,
        sum(row_count)::bigint as row_count,
        list(name order by row_count desc, name) as names
    from ranked
    group by source_id
)

select
    s.source_id,
    any_value(s.title) as title,
    coalesce(any_value(l.name_count), 0)::bigint as name_count,
    coalesce(any_value(l.row_count), 0)::bigint as row_count,
    coalesce(any_value(l.names), []) as names
from sources as s
left join listed as l on s.source_id = l.source_id
group by s.source_id
order by s.source_id
