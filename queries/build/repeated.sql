-- rows:   one per obs_id that several files hold
-- params: none
-- reads:  all_observations
-- order:  none, a step on the way
select obs_id, min(filename) as first_file
from all_observations
group by obs_id
having count(*) > 1
