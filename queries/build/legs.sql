-- rows:   one per directed hop between two consecutive known waypoints in different places
-- params: none
-- reads:  observations, record_weights, waypoints, place_cells
-- order:  layer, year, origin_cell, obs_id as numbered in observations, leg_seq
with hops as (
    select
        record,
        obs_id,
        seq,
        role as origin_role,
        place_id as origin_id,
        precision as origin_precision,
        lag(place_id) over journey as origin_before_id,
        lead(seq) over journey as next_seq,
        lead(role) over journey as destination_role,
        lead(place_id) over journey as destination_id,
        lead(precision) over journey as destination_precision
    from waypoints
    window journey as (partition by record order by seq)
),

known as (
    select
        *,
        case
            when origin_role = 'manufacture' and destination_role = 'last_legal' then 'licit'
            when destination_role = 'intended_destination' then 'intended'
            when destination_role = 'recovery' and origin_role in ('manufacture', 'last_legal') then 'trace'
            else 'observed'
        end as status,
        destination_role in ('seizure', 'recovery', 'detection') as is_intercepted,
        origin_role = 'seizure' and origin_before_id is null as is_caught_leaving
    from hops
    where next_seq = seq + 1 and origin_id <> destination_id
),

weighted as (
    select
        k.*,
        case k.status when 'licit' then 0.0 when 'trace' then w.trace_factor else 1.0 end * w.record_weight as weight,
        w.quantity_factor,
        w.exposure_factor,
        w.is_quantity_known,
        w.is_exposure_known
    from known as k
    inner join record_weights as w on k.record = w.record
)

select
    k.obs_id || '#' || k.seq as leg_id,
    k.obs_id,
    k.seq as leg_seq,
    o.layer,
    o.source_id,
    k.status,
    k.origin_id,
    k.destination_id,
    k.origin_role,
    k.destination_role,
    case when k.is_intercepted or k.is_caught_leaving then o.transport_mode end as transport_mode,
    case
        when not (k.is_intercepted or k.is_caught_leaving) then null
        when o.transport_mode in ('land_road', 'rail', 'river', 'pedestrian') then 'road'
        when o.transport_mode = 'sea' then 'sea'
        when o.transport_mode in ('air', 'mail') then 'air'
    end as network,
    o.commodity,
    o.commodity_raw,
    o.modus_operandi,
    o.date_start,
    o.date_end,
    year(o.date_start) as year,
    o.case_count as record_count,
    o.case_count_high as record_count_high,
    o.item_count,
    k.weight,
    k.weight * k.quantity_factor as weight_items,
    k.weight * k.exposure_factor as weight_exposure,
    k.is_quantity_known,
    k.is_exposure_known,
    case
        when 'sea' in (k.origin_precision, k.destination_precision) then 'sea'
        when 'country' in (k.origin_precision, k.destination_precision) then 'country'
        when 'admin1' in (k.origin_precision, k.destination_precision) then 'admin1'
        when 'admin2' in (k.origin_precision, k.destination_precision) then 'admin2'
        when 'place' in (k.origin_precision, k.destination_precision) then 'place'
        else 'exact'
    end as precision,
    c.cell as origin_cell
from weighted as k
inner join observations as o on k.record = o.record
inner join place_cells as c on k.origin_id = c.place_id
where not o.is_subtotal
order by o.layer, year, origin_cell, k.record, leg_seq
