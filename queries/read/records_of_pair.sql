-- rows:   one per leg between the two places, in either direction, the newest of each layer and origin first
-- params: place_a, place_b; since date, until date (exclusive), layers list, countries list, limited list,
--         commodities list, modes list, modi list, pairs list, each null for no limit; min_count whole number
-- reads:  chosen_legs, observations, waypoints, duplicates
-- order:  layer, origin_id, date_end descending, date_start descending, leg_id
with chosen as (
    select *
    from chosen_legs($since, $until, $layers, $countries, $limited, $commodities, $modes, $modi, $pairs)
    where list_contains([$place_a, $place_b], origin_id) and list_contains([$place_a, $place_b], destination_id)
    qualify sum(record_count) over (partition by layer, origin_id) >= $min_count
),

others as (
    select kept_id, string_agg(distinct dropped_source_id, ', ' order by dropped_source_id) as also_in
    from duplicates
    where kept_id in (select obs_id from chosen)
    group by kept_id
)

select
    l.layer,
    l.origin_id,
    l.destination_id,
    o.source_id,
    o.source_file,
    o.source_row,
    o.source_column,
    o.date_start,
    o.date_end,
    o.date_precision,
    a.place_raw as origin_raw,
    b.place_raw as destination_raw,
    l.origin_role,
    l.destination_role,
    l.status,
    l.commodity,
    l.transport_mode,
    l.record_count,
    l.record_count_high,
    l.item_count,
    o.repeat_count,
    o.reliability,
    o.credibility,
    d.also_in,
    l.precision
from chosen as l
inner join observations as o on l.obs_id = o.obs_id
inner join waypoints as a on l.obs_id = a.obs_id and l.leg_seq = a.seq
inner join waypoints as b on l.obs_id = b.obs_id and l.leg_seq + 1 = b.seq
left join others as d on l.obs_id = d.kept_id
order by l.layer, l.origin_id, o.date_end desc, o.date_start desc, l.leg_id
