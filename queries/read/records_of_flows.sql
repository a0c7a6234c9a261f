-- rows:   one per leg of the flows that reach the minimum count
-- params: since date, until date (exclusive), layers list, countries list, limited list, commodities list,
--         modes list, modi list, pairs list, each null for no limit; min_count whole number
-- reads:  chosen_legs, observations, waypoints, duplicates
-- order:  layer, origin_id, destination_id, date_start, leg_id
with legs_asked as not materialized (
    select *
    from chosen_legs($since, $until, $layers, $countries, $limited, $commodities, $modes, $modi, $pairs)
),

large as (
    select layer, origin_id, destination_id
    from legs_asked
    group by layer, origin_id, destination_id
    having sum(record_count) >= $min_count
),

others as (
    select kept_id, string_agg(distinct dropped_source_id, ', ' order by dropped_source_id) as also_in
    from duplicates
    group by kept_id
)

select
    l.leg_id,
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
from legs_asked as l
inner join large as f
    on l.layer = f.layer and l.origin_id = f.origin_id and l.destination_id = f.destination_id
inner join observations as o on l.obs_id = o.obs_id
inner join waypoints as a on l.obs_id = a.obs_id and l.leg_seq = a.seq
inner join waypoints as b on l.obs_id = b.obs_id and l.leg_seq + 1 = b.seq
left join others as d on l.obs_id = d.kept_id
order by l.layer, l.origin_id, l.destination_id, o.date_start, l.leg_id
