-- rows:   one per (source_id, column, name); a record that two files hold counts in both; of a source about victims
--         counts are rounded down as its cells are, and a name of few rows is left out: it may be an address
-- params: k whole number
-- reads:  all_unresolved, victim_cells
-- order:  source_id, column, name
with named as (
    select
        source_id,
        "column",
        name,
        sum(row_count)::bigint as row_count,
        case when source_id in (select source_id from victim_cells) then $k else 1 end as step
    from all_unresolved
    group by source_id, "column", name
)

select
    source_id,
    "column",
    name,
    row_count // step * step as row_count
from named
where row_count >= step
order by source_id, "column", name
