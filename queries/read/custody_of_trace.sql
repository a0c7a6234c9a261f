-- rows:   one per custody event of one trace, as published
-- params: trace_id
-- reads:  custody_events, places
-- order:  trace_id, seq
select
    e.trace_id,
    e.seq,
    e.event,
    e.holder_raw,
    e.is_lawful,
    e.date_start,
    e.date_end,
    e.place_id,
    coalesce(p.name, e.place_raw) as place,
    e.place_raw,
    p.country_id,
    e.precision,
    e.obs_id,
    e.source_id,
    e.source_file,
    e.source_row
from custody_events as e
left join places as p on e.place_id = p.place_id
where e.trace_id = $trace_id
order by e.trace_id, e.seq
