-- rows:   one per (place_id)
-- params: none
-- reads:  places
-- order:  place_id
select *
from places
order by place_id
