-- rows:   one per (path, other)
-- params: none
-- reads:  path_overlaps
-- order:  path, other
select *
from path_overlaps
order by path, other
