-- rows:   one per obs_id: a record that several files of one source hold is kept once
-- params: none
-- reads:  all_observations
-- order:  layer, date_start, obs_id
with ranked as (
    select
        o.* exclude (filename),
        row_number() over (partition by o.obs_id order by o.filename) as copy
    from all_observations as o
)

select * exclude (copy)
from ranked
where copy = 1
order by layer, date_start, obs_id
