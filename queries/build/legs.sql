-- rows:   one per directed hop between two consecutive known waypoints in different places
-- params: none
-- reads:  observations, hops, place_cells
-- order:  layer, year, origin_cell, obs_id as numbered in observations, leg_seq
select
    o.obs_id || '#' || k.seq as leg_id,
    o.obs_id,
    k.seq as leg_seq,
    o.layer,
    o.source_id,
    k.status,
    k.origin_id,
    k.destination_id,
    k.origin_role,
    k.destination_role,
    case when k.is_intercepted then o.transport_mode end as transport_mode,
    case
        when not k.is_intercepted then null
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
from hops as k
inner join observations as o on k.record = o.record
inner join place_cells as c on k.origin_id = c.place_id
where not o.is_subtotal
order by o.layer, year, origin_cell, k.record, leg_seq
