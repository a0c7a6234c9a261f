-- rows:   one per observation that was seized in a known country: the countries of its stated journey in travel order,
--         joined by >, each stretch within one country once, and which of them seized, 1 for the first
-- params: none
-- reads:  observations, waypoints, places
-- order:  none, a step on the way
with stated as (
    select
        w.record,
        {'seq': w.seq, 'country_id': p.country_id, 'is_seizure': w.role = 'seizure'} as stop
    from waypoints as w
    inner join places as p on w.place_id = p.place_id
    where w.role in ('last_legal', 'departure', 'transit', 'seizure', 'intended_destination')
),

-- records share their journeys: what follows is worked out for each way to state one, in whatever order
journeys as (
    select
        stops,
        list(record) as records
    from (
        select
            record,
            list(stop) as stops
        from stated
        group by record
    ) as s
    group by stops
),

steps as (
    select
        stops,
        unnest(stops, recursive := true)
    from journeys
),

entered as (
    select
        *,
        coalesce(country_id <> lag(country_id) over (partition by stops order by seq), true) as is_entry
    from steps
),

numbered as (
    select
        *,
        sum(is_entry::int) over (partition by stops order by seq) as stop
    from entered
),

routes as (
    select
        stops,
        string_agg(country_id, '>' order by seq) filter (where is_entry) as route,
        min(stop) filter (where is_seizure) as position
    from numbered
    group by stops
),

routed as (
    select
        unnest(j.records) as record,
        r.route,
        r.position
    from routes as r
    inner join journeys as j on r.stops = j.stops
    where r.position is not null
)

select
    j.record,
    o.layer,
    year(o.date_start) as year,
    j.route,
    j.position::bigint as position,
    o.case_count / o.repeat_count as record_count
from routed as j
inner join observations as o on j.record = o.record
where not o.is_subtotal
