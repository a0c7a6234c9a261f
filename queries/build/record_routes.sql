-- rows:   one per observation that was seized in a known country: the countries of its stated journey in travel order,
--         joined by >, each stretch within one country once, and which of them seized, 1 for the first
-- params: none
-- reads:  observations, waypoints, places
-- order:  none, a step on the way
with stated as (
    select
        w.record,
        w.seq,
        w.role,
        p.country_id,
        coalesce(p.country_id <> lag(p.country_id) over (partition by w.record order by w.seq), true) as is_entry
    from waypoints as w
    inner join places as p on w.place_id = p.place_id
    where w.role in ('last_legal', 'departure', 'transit', 'seizure', 'intended_destination')
),

numbered as (
    select
        *,
        sum(is_entry::int) over (partition by record order by seq) as stop
    from stated
),

routes as (
    select
        record,
        string_agg(country_id, '>' order by seq) filter (where is_entry) as route,
        min(stop) filter (where role = 'seizure') as position
    from numbered
    group by record
)

select
    r.record,
    o.layer,
    year(o.date_start) as year,
    r.route,
    r.position::bigint as position,
    o.case_count / o.repeat_count as record_count
from routes as r
inner join observations as o on r.record = o.record
where r.position is not null and not o.is_subtotal
