-- rows:   one per (place_a, place_b, network, seq)
-- params: none
-- reads:  path_lines
-- order:  place_a, place_b, network, seq
select *
from path_lines
order by place_a, place_b, network, seq
