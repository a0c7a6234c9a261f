-- rows:   one per (obs_id, seq); the places of a published cell are those of the gazetteer, never a record's own point
-- params: none
-- reads:  observations, record_waypoints, victim_cells, gazetteer
-- order:  record, seq
with ends as (
    select cell_id as obs_id, 0 as seq, origin_role as role, origin_id as place_id from victim_cells
    where not is_withheld and origin_id is not null
    union all
    select cell_id as obs_id, 1 as seq, destination_role as role, destination_id as place_id from victim_cells
    where not is_withheld and destination_id is not null
),

stated as (
    select * from record_waypoints
    union all by name
    select
        e.*,
        g.name as place_raw,
        g.lon,
        g.lat,
        g.level as precision
    from ends as e
    left join gazetteer as g on e.place_id = g.place_id
)

select w.*, o.record
from stated as w
inner join observations as o on w.obs_id = o.obs_id
order by o.record, w.seq
