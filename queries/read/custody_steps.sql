-- rows:   one per custody event of the release, with what a chain is reckoned from
-- params: none
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
    p.country_id
from custody_events as e
left join places as p on e.place_id = p.place_id
order by e.trace_id, e.seq
