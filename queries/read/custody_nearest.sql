-- rows:   one per trace whose id looks most like the wanted one, at most three
-- params: trace_id
-- reads:  custody_events
-- order:  likeness descending, trace_id
with ids as (
    select distinct trace_id
    from custody_events
)

select
    trace_id,
    jaro_winkler_similarity(left(trace_id, 100), left($trace_id, 100)) as likeness
from ids
order by likeness desc, trace_id
limit 3
