-- rows:   one per (obs_id, seq); the places of a published cell are those of the gazetteer, never a record's own point
-- params: layers list of those about victims
-- reads:  records, record_waypoints, victim_cells, gazetteer
-- order:  obs_id, seq
with ends as (
    select cell_id as obs_id, 0 as seq, origin_role as role, origin_id as place_id from victim_cells
    where not is_withheld and origin_id is not null
    union all
    select cell_id as obs_id, 1 as seq, destination_role as role, destination_id as place_id from victim_cells
    where not is_withheld and destination_id is not null
)

select w.*
from record_waypoints as w
inner join records as r on w.obs_id = r.obs_id
where not list_contains($layers, r.layer)
union all by name
select
    e.obs_id,
    e.seq,
    e.role,
    e.place_id,
    g.name as place_raw,
    g.lon,
    g.lat,
    g.level as precision
from ends as e
left join gazetteer as g on e.place_id = g.place_id
order by obs_id, seq
