-- rows:   one per (place_a, place_b, step)
-- params: none
-- reads:  path_edges
-- order:  place_a, place_b, step
select *
from path_edges
order by place_a, place_b, step
