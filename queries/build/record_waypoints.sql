-- rows:   one per (obs_id, seq), from the file whose record was kept
-- params: none
-- reads:  all_waypoints
-- order:  obs_id, seq
with first_file as (
    select obs_id, min(filename) as filename
    from all_waypoints
    group by obs_id
)

select w.* exclude (filename)
from all_waypoints as w
inner join first_file as f on w.obs_id = f.obs_id and w.filename = f.filename
order by w.obs_id, w.seq
