-- rows:   one per traced item whose first retail sale and last seizure are dated, neither ending before it begins, and may be
--         in this order; days between the two, least and most that their dates allow
-- params: none
-- reads:  custody_events
-- order:  trace_id
with sold as (
    select
        trace_id,
        date_start,
        date_end,
        row_number() over (partition by trace_id order by seq) as sale
    from custody_events
    where event = 'sold'
),

seized as (
    select
        trace_id,
        date_start,
        date_end,
        row_number() over (partition by trace_id order by seq desc) as seizure
    from custody_events
    where event = 'seized'
)

select
    b.trace_id,
    greatest(date_diff('day', a.date_end, b.date_start), 0) as days_min,
    date_diff('day', a.date_start, b.date_end) as days_max
from sold as a
inner join seized as b on a.trace_id = b.trace_id
where
    a.sale = 1
    and b.seizure = 1
    and a.date_start <= a.date_end
    and b.date_start <= b.date_end
    and a.date_start <= b.date_end
order by b.trace_id
