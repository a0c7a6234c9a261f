-- rows:   one per (place_a, place_b, network, from_cell, to_cell)
-- params: none
-- reads:  path_edges
-- order:  place_a, place_b, network, from_cell, to_cell
select *
from path_edges
order by place_a, place_b, network, from_cell, to_cell
