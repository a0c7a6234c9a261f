-- rows:   one per (import_id)
-- params: none
-- reads:  sources
-- order:  import_id
select *
from sources
order by import_id
