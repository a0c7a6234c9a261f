-- rows:   one per (obs_id, seq), from the file whose record was kept
-- params: none
-- reads:  all_waypoints, repeated
-- order:  none, a step on the way
with first_files as (
    select w.obs_id, min(w.filename) as filename
    from all_waypoints as w
    inner join repeated as r on w.obs_id = r.obs_id
    group by w.obs_id
)

select w.* exclude (filename)
from all_waypoints as w
left join first_files as f on w.obs_id = f.obs_id
where f.obs_id is null or w.filename = f.filename
