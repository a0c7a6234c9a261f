-- rows:   one per directed hop between two consecutive known waypoints in different places, with what its record counts
-- params: none
-- reads:  waypoints, record_weights
-- order:  none, a step on the way
with known as (
    select
        a.record,
        a.seq,
        a.role as origin_role,
        a.place_id as origin_id,
        a.precision as origin_precision,
        b.role as destination_role,
        b.place_id as destination_id,
        b.precision as destination_precision,
        case
            when a.role = 'manufacture' and b.role = 'last_legal' then 'licit'
            when b.role = 'intended_destination' then 'intended'
            when b.role = 'recovery' and a.role in ('manufacture', 'last_legal') then 'trace'
            else 'observed'
        end as status,
        b.role in ('seizure', 'recovery', 'detection')
        or (a.role = 'seizure' and before.place_id is null) as is_intercepted  -- or caught leaving
    from waypoints as a
    inner join waypoints as b on a.record = b.record and b.seq = a.seq + 1
    left join waypoints as before on a.record = before.record and before.seq = a.seq - 1
    where a.place_id <> b.place_id
)

select
    k.*,
    case k.status when 'licit' then 0.0 when 'trace' then w.trace_factor else 1.0 end * w.record_weight as weight,
    w.quantity_factor,
    w.exposure_factor,
    w.is_quantity_known,
    w.is_exposure_known
from known as k
inner join record_weights as w on k.record = w.record
