-- rows:   one per point of a path's line; seq 0 begins the next, in the order of the paths not refused
-- params: none
-- reads:  path_lines
-- order:  as in path_lines
select
    seq,
    lon,
    lat
from path_lines
