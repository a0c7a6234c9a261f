-- rows:   one per imported file; what a source about victims holds is rounded down as its cells are
-- params: k whole number
-- reads:  all_sources, victim_cells
-- order:  import_id
with stepped as (
    select
        *,
        case when source_id in (select source_id from victim_cells) then $k else 1 end as step
    from all_sources
)

select * exclude (filename, step) replace (
    row_count_read // step * step as row_count_read,
    row_count_kept // step * step as row_count_kept,
    row_count_quarantined // step * step as row_count_quarantined
)
from stepped
order by import_id
