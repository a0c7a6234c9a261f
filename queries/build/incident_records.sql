-- rows:   one per incident_id; where files overlap, the row whose place precision is known
-- params: none
-- reads:  all_incidents
-- order:  incident_id
with ranked as (
    select
        i.* exclude (filename),
        row_number() over (partition by i.incident_id order by i.precision is null, i.filename) as copy
    from all_incidents as i
)

select * exclude (copy)
from ranked
where copy = 1
order by incident_id
