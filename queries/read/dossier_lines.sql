-- rows:   one per point of the lines drawn between the two places
-- params: place_a, place_b
-- reads:  path_lines
-- order:  network, seq
select
    network,
    seq,
    lon,
    lat
from path_lines
where
    place_a = least($place_a, $place_b)
    and place_b = greatest($place_a, $place_b)
order by network, seq
