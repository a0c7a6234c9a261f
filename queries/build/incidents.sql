-- rows:   one per incident_id that no better-known incident of another source states; none about victims, who are told
--         as cells only
-- params: none
-- reads:  incident_records, duplicates, victim_layers
-- order:  layer, year, cell, incident_id
select *
from incident_records
where
    incident_id not in (select dropped_id from duplicates)
    and layer not in (select layer from victim_layers)
order by layer, year, cell nulls last, incident_id
