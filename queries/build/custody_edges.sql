-- rows:   one per hand-over between two consecutive custody events, in the stated sequence; is_diversion marks the
--         first step into hands known to be unlawful after hands known to be lawful, events of unknown hands between
--         them or not
-- params: none
-- reads:  custody_events
-- order:  trace_id, seq
with steps as (
    select
        e.trace_id,
        e.seq,
        e.event as to_event,
        e.place_id as destination_id,
        e.is_lawful as is_lawful_after,
        e.date_start as to_start,
        lag(e.event) over hand as from_event,
        lag(e.place_id) over hand as origin_id,
        lag(e.date_end) over hand as from_end,
        last_value(e.is_lawful ignore nulls) over (
            partition by e.trace_id order by e.seq rows between unbounded preceding and 1 preceding
        ) as is_lawful_before
    from custody_events as e
    window hand as (partition by e.trace_id order by e.seq)
),

flips as (
    select
        *,
        coalesce(is_lawful_before and not is_lawful_after, false) as is_flip
    from steps
    where from_event is not null
)

select
    trace_id,
    seq,
    from_event,
    to_event,
    origin_id,
    destination_id,
    date_diff('day', from_end, to_start) as days,
    is_flip and sum(is_flip::int) over (partition by trace_id order by seq) = 1 as is_diversion
from flips
order by trace_id, seq
