-- rows:   one per (trace_id, seq), from the first file that holds the trace
-- params: none
-- reads:  all_custody_events
-- order:  trace_id, seq
with first_file as (
    select trace_id, min(filename) as filename
    from all_custody_events
    group by trace_id
)

select e.* exclude (filename)
from all_custody_events as e
inner join first_file as f on e.trace_id = f.trace_id and e.filename = f.filename
order by e.trace_id, e.seq
