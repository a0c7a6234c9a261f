-- rows:   one per (layer, source_id, country_id, year) with anything found there; country_id null where that is not
--         stated
-- params: none
-- reads:  reports
-- order:  layer, source_id, country_id, year
select *
from reports
order by layer, source_id, country_id nulls last, year
