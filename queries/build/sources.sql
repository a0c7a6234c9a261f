-- rows:   one per imported file
-- params: none
-- reads:  all_sources
-- order:  import_id
select * exclude (filename)
from all_sources
order by import_id
