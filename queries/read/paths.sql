-- rows:   one per (place_a, place_b)
-- params: none
-- reads:  paths
-- order:  place_a, place_b
select *
from paths
order by place_a, place_b
