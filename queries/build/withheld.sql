-- rows:   one per cell of victim_cells that is withheld: that there is something, not how much
-- params: none
-- reads:  victim_cells
-- order:  cell_id
select
    cell_id,
    source_id,
    layer,
    origin_id,
    destination_id,
    date_start,
    date_end
from victim_cells
where is_withheld
order by cell_id
