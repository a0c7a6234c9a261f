-- rows:   one per record or incident that a better-known one of another source states too; data/README.md has the rule.
--         Joined on equal layer, country, commodity, stretch of days and class of size, so that nothing is compared
--         with everything
-- params: days whole number, distance_km, tolerance share of a quantity: the windows
-- reads:  cases
-- order:  dropped_id
with recursive heads as (
    select *
    from cases
    where obs_id = case_id
),

sized as (
    select case_id, 'kg' as measure, floor(ln(kg) / (2 * ln(1 + $tolerance)))::bigint as size
    from heads
    where kg is not null
    union all
    select case_id, 'pieces' as measure, floor(ln(pieces) / (2 * ln(1 + $tolerance)))::bigint as size
    from heads
    where pieces is not null
    union all
    select case_id, 'killed' as measure, 0 as size
    from heads
    where kind = 'incident'
),

blocks as (
    select
        h.case_id,
        h.source_id,
        h.layer,
        h.country_id,
        h.group_name,
        s.measure,
        s.size,
        date_diff('day', date '1900-01-01', h.date_start) as first_day,
        date_diff('day', date '1900-01-01', h.date_end) as last_day
    from heads as h
    inner join sized as s on h.case_id = s.case_id
),

reaching as (
    select
        *,
        unnest(range((first_day - $days) // ($days + 1), (last_day + $days) // ($days + 1) + 1)) as stretch
    from blocks
),

classed as (
    select
        *,
        unnest([size - 1, size, size + 1]) as near_size
    from reaching
),

stretched as (
    select
        *,
        unnest(range(first_day // ($days + 1), last_day // ($days + 1) + 1)) as stretch
    from blocks
),

met as (
    select distinct
        a.case_id,
        b.case_id as other_id
    from classed as a
    inner join stretched as b
        on a.layer = b.layer
        and a.country_id = b.country_id
        and a.group_name = b.group_name
        and a.measure = b.measure
        and a.near_size = b.size
        and a.stretch = b.stretch
        and a.source_id <> b.source_id
),

compared as (
    select
        m.case_id,
        m.other_id,
        a.kind,
        b.source_id as other_source_id,
        greatest(date_diff('day', a.date_end, b.date_start), date_diff('day', b.date_end, a.date_start), 0) as days_apart,
        case when a.lat is not null and b.lat is not null then 2 * 6371.0088 * asin(sqrt(least(
            sin(radians(b.lat - a.lat) / 2) ** 2
            + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(radians(b.lon - a.lon) / 2) ** 2, 1
        ))) end as km_apart,
        case when a.kind = 'record' then round(greatest(
            coalesce(greatest(a.kg, b.kg) / least(a.kg, b.kg), 1),
            coalesce(greatest(a.pieces, b.pieces) / least(a.pieces, b.pieces), 1)
        ), 9) end as quantity_ratio
    from met as m
    inner join heads as a on m.case_id = a.case_id
    inner join heads as b on m.other_id = b.case_id
    where
        coalesce(a.division_id = b.division_id, true)
        and coalesce(a.origin_id = b.origin_id, true)
        and coalesce(a.destination_id = b.destination_id, true)
        and coalesce(a.incident_kind = b.incident_kind, true)
        and coalesce(a.killed_count_low <= b.killed_count_high and b.killed_count_low <= a.killed_count_high, true)
        and (a.trace_id is null or b.trace_id is null)
),

ranked as (
    select
        *,
        row_number() over (
            partition by case_id, other_source_id order by km_apart nulls last, days_apart, quantity_ratio, other_id
        ) as nearness,
        count(*) over (partition by case_id, other_source_id) as rivals
    from compared
    where
        days_apart <= $days
        and coalesce(km_apart <= $distance_km, true)
        and coalesce(quantity_ratio <= 1 + $tolerance, true)
),

pairs as (
    select a.*
    from ranked as a
    inner join ranked as b on a.case_id = b.other_id and a.other_id = b.case_id
    where
        a.nearness = 1
        and b.nearness = 1
        and ((a.km_apart is not null and a.kind = 'record') or (a.rivals = 1 and b.rivals = 1))
),

reached as (
    select case_id, other_id from pairs
    union
    select r.case_id, p.other_id
    from reached as r
    inner join pairs as p on r.other_id = p.case_id
),

groups as (
    select case_id, min(other_id) as group_id
    from reached
    group by case_id
),

torn as (
    select g.group_id
    from groups as g
    inner join heads as h on g.case_id = h.case_id
    group by g.group_id
    having count(*) > count(distinct h.source_id)
),

best as (
    select
        g.case_id,
        g.group_id,
        first_value(g.case_id) over (
            partition by g.group_id order by h.trace_id is null, h.vagueness, h.grade desc, h.source_id, h.case_id
        ) as kept_id
    from groups as g
    inner join heads as h on g.case_id = h.case_id
),

links as (
    select
        b.kept_id,
        p.*,
        row_number() over (
            partition by b.case_id order by p.other_id <> b.kept_id, p.days_apart, p.quantity_ratio, p.other_id
        ) as link
    from best as b
    inner join pairs as p on b.case_id = p.case_id
    where
        b.case_id <> b.kept_id
        and (p.other_id = b.kept_id or b.group_id not in (select group_id from torn))
)

select
    l.kept_id,
    c.obs_id as dropped_id,
    l.other_id as matched_id,
    l.kind,
    c.layer,
    k.source_id as kept_source_id,
    c.source_id as dropped_source_id,
    c.source_file as dropped_file,
    c.source_row as dropped_row,
    l.days_apart,
    round(l.km_apart, 3) as km_apart,
    l.quantity_ratio,
    case when l.km_apart is null then 'country' else 'place' end as rule
from links as l
inner join heads as k on l.kept_id = k.case_id
inner join cases as c on l.case_id = c.case_id
where l.link = 1
order by c.obs_id
