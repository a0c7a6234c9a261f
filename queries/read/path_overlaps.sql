-- rows:   one per (path, other)
-- params: none
-- reads:  path_overlaps
-- order:  path, other as the file has them
select *
from path_overlaps
