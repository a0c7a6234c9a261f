-- rows:   one per observation that is no subtotal: what it counts, and by which factor its time to crime, its quantity
--         and its exposure change that. A factor is 1 where it cannot be known, but a trace of unknown time to crime
--         has its own; that of a quantity is 1 at the median of the commodity's records that state a journey;
--         a record of no case has none
-- params: reliability, credibility of a record that states none, trace_factor of a trace whose time to crime is unknown
-- reads:  observations, waypoints, grades, times_to_crime, trace_factors, record_routes, exposures
-- order:  none, a step on the way
with sized as (
    select
        record,
        layer,
        commodity,
        case
            when item_count > 0 then 'pieces'
            when quantity_kg > 0 then 'kg'
        end as measure,
        case
            when item_count > 0 then item_count
            when quantity_kg > 0 then quantity_kg
        end / case_count as quantity
    from observations
    where not is_subtotal and case_count > 0
),

journeys as (
    select record
    from waypoints
    group by record
    having min(place_id) < max(place_id)
),

middles as (
    select
        s.layer,
        s.commodity,
        s.measure,
        percentile_cont(0.5) within group (order by s.quantity) as middle
    from sized as s
    inner join journeys as j on s.record = j.record
    where s.quantity is not null
    group by s.layer, s.commodity, s.measure
)

select
    o.record,
    g.factor * o.case_count / o.repeat_count as record_weight,
    coalesce(f.factor, $trace_factor) as trace_factor,
    coalesce(ln(1 + s.quantity / m.middle) / ln(2), 1) as quantity_factor,
    m.middle is not null as is_quantity_known,
    coalesce(e.factor, 1) as exposure_factor,
    e.factor is not null as is_exposure_known
from observations as o
inner join grades as g
    on coalesce(o.reliability, $reliability) = g.reliability and coalesce(o.credibility, $credibility) = g.credibility
left join times_to_crime as t on o.trace_id = t.trace_id
left join trace_factors as f on t.days_min >= f.days_from and t.days_max < f.days_until
left join sized as s on o.record = s.record
left join middles as m
    on s.layer = m.layer and s.measure = m.measure and s.commodity is not distinct from m.commodity
left join record_routes as r on o.record = r.record
left join exposures as e on r.layer = e.layer and r.year = e.year and r.route = e.route
where not o.is_subtotal
