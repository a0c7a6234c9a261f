-- rows:   one per (source_id, column, name); a record that two files hold counts in both
-- params: none
-- reads:  all_unresolved
-- order:  source_id, column, name
select
    source_id,
    "column",
    name,
    sum(row_count)::bigint as row_count
from all_unresolved
group by source_id, "column", name
order by source_id, "column", name
