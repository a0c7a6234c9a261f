-- rows:   one per hand-over between the two places, in either direction
-- params: place_a, place_b
-- reads:  custody_edges
-- order:  trace_id, seq
select
    trace_id,
    seq,
    from_event,
    to_event,
    origin_id,
    destination_id,
    days,
    is_diversion
from custody_edges
where
    least(origin_id, destination_id) = least($place_a, $place_b)
    and greatest(origin_id, destination_id) = greatest($place_a, $place_b)
order by trace_id, seq
