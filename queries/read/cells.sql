-- rows:   one per (cell)
-- params: none
-- reads:  cells
-- order:  cell
select *
from cells
order by cell
