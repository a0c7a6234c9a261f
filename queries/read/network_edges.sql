-- rows:   one per (path, from_cell, to_cell)
-- params: none
-- reads:  path_edges
-- order:  path, from_cell, to_cell as the file has them: sorting again takes as long as reading
select
    path,
    from_cell,
    to_cell,
    probability
from path_edges
