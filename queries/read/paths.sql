-- rows:   one per (place_a, place_b, network)
-- params: none
-- reads:  paths
-- order:  place_a, place_b, network
select *
from paths
order by place_a, place_b, network
