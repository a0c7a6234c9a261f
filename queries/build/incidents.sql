-- rows:   one per incident_id that no better-known incident of another source states
-- params: none
-- reads:  incident_records, duplicates
-- order:  layer, year, cell, incident_id
select *
from incident_records
where incident_id not in (select dropped_id from duplicates)
order by layer, year, cell nulls last, incident_id
