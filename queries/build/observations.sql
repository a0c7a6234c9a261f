-- rows:   one per obs_id: the records of layers that are not about victims, and of the others the published cells
-- params: layers list of those about victims, k whole number: what counts of cells were rounded down to
-- reads:  records, victim_cells
-- order:  layer, date_start, obs_id
select *
from records
where not list_contains($layers, layer)
union all by name
select
    cell_id as obs_id,
    source_id,
    source_file,
    0 as source_row,
    layer,
    'aggregate' as record_kind,
    date_start,
    date_end,
    'period' as date_precision,
    victim_count as item_count,
    record_count as case_count,
    record_count + $k - 1 as case_count_high,
    1 as repeat_count,
    true as is_suppressed,
    false as is_subtotal,
    reliability,
    credibility
from victim_cells
where not is_withheld
order by layer, date_start, obs_id
