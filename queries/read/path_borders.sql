-- rows:   one per (place_a, place_b, network, from_country, to_country)
-- params: none
-- reads:  path_borders
-- order:  place_a, place_b, network, from_country, to_country
select *
from path_borders
order by place_a, place_b, network, from_country, to_country
