-- rows:   one per obs_id that several files hold
-- params: none
-- reads:  all_observations
-- order:  none, a step on the way
-- equal ids have equal hashes, and few others have: whole numbers are counted in a fifth of the time of texts
with doubtful as (
    select hash(obs_id) as number
    from all_observations
    group by number
    having count(*) > 1
)

select obs_id, min(filename) as first_file
from all_observations
where hash(obs_id) in (select number from doubtful)
group by obs_id
having count(*) > 1
