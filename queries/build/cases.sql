-- rows:   one per record or incident that another source may state too: of a layer that several sources describe, a
--         single case of known country, dated to a month or better; of records that are no traces those of known
--         commodity and quantity, of incidents those of known deaths and place. Equal rows of a file share a case_id
-- params: layers list of those about victims, whose cube counts by source; span_days whole number, the longest
--         period; reliability, credibility of a record that states none
-- reads:  records, record_waypoints, incident_records, all_places, gazetteer, grades
-- order:  obs_id
with stated as (
    select
        *,
        case
            when repeat_count = 1 then obs_id
            else min(obs_id) over (
                partition by source_id, regexp_replace(obs_id, ':[0-9]+$', ''), repeat_count, quantity_kg, item_count
            )
        end as case_id
    from records
    where
        layer in (select layer from records group by layer having count(distinct source_id) > 1)
        and not list_contains($layers, layer)
        and record_kind in ('seizure', 'detection')
        and case_count = 1
        and not is_suppressed
        and not is_subtotal
        and commodity is not null
        and (quantity_kg > 0 or item_count > 0)
        and date_diff('day', date_start, date_end) < $span_days
),

known_places as (
    select
        place_id,
        min(country_id) as country_id,
        min(case when level = 'admin1' then place_id else nullif(parent_id, country_id) end) as division_id
    from (
        select place_id, country_id, parent_id, level from all_places
        union all
        select place_id, country_id, parent_id, level from gazetteer
    ) as p
    group by place_id
),

stops as (
    select
        w.*,
        p.country_id,
        p.division_id,
        row_number() over (
            partition by w.obs_id, w.role in ('seizure', 'recovery', 'detection') order by w.seq desc
        ) as from_last
    from record_waypoints as w
    inner join stated as s on w.obs_id = s.obs_id
    left join known_places as p on w.place_id = p.place_id
),

ends as (
    select
        obs_id,
        min_by(country_id, seq) filter (where role in ('last_legal', 'departure')) as origin_id,
        max_by(country_id, seq) filter (where role = 'intended_destination') as destination_id
    from stops
    where country_id is not null
    group by obs_id
)

select
    s.obs_id,
    s.case_id,
    'record' as kind,
    s.source_id,
    s.source_file,
    s.source_row,
    s.layer,
    s.commodity as group_name,
    null::varchar as incident_kind,
    f.country_id,
    f.division_id,
    case when f.precision in ('exact', 'place') then f.lon end as lon,
    case when f.precision in ('exact', 'place') then f.lat end as lat,
    coalesce(list_position(['exact', 'place', 'admin2', 'admin1', 'country', 'sea'], f.precision), 7) as vagueness,
    s.date_start,
    s.date_end,
    e.origin_id,
    e.destination_id,
    case when s.quantity_kg > 0 then s.quantity_kg end as kg,
    case when s.item_count > 0 then s.item_count end as pieces,
    null::bigint as killed_count_low,
    null::bigint as killed_count_high,
    s.trace_id,
    g.factor as grade
from stated as s
inner join stops as f
    on s.obs_id = f.obs_id and f.role in ('seizure', 'recovery', 'detection') and f.from_last = 1
left join ends as e on s.obs_id = e.obs_id
inner join grades as g
    on coalesce(s.reliability, $reliability) = g.reliability and coalesce(s.credibility, $credibility) = g.credibility
where f.country_id is not null
union all by name
select
    incident_id as obs_id,
    incident_id as case_id,
    'incident' as kind,
    source_id,
    source_file,
    source_row,
    layer,
    layer as group_name,
    incident_kind,
    country_id,
    lon,
    lat,
    list_position(['exact', 'place'], precision) as vagueness,
    date_start,
    date_end,
    killed_count_low,
    killed_count_high,
    0.0 as grade
from incident_records
where
    layer in (select layer from incident_records group by layer having count(distinct source_id) > 1)
    and not list_contains($layers, layer)
    and country_id is not null
    and lon is not null
    and lat is not null
    and precision in ('exact', 'place')
    and killed_count_low is not null
    and killed_count_high is not null
    and date_diff('day', date_start, date_end) < $span_days
order by obs_id
