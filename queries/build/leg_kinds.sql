-- rows:   one per kind of leg outside lawful trade: everything a reader can ask for but the day
-- params: none
-- reads:  legs
-- order:  kind
with kinds as (
    select distinct
        layer,
        origin_id,
        destination_id,
        network,
        status = 'intended' as is_intended,
        source_id,
        transport_mode,
        commodity,
        commodity_raw,
        modus_operandi,
        item_count is not null as has_item_count,
        date_diff('day', date_start, date_end) as span_days
    from legs
    where status <> 'licit'
)

select
    row_number() over (
        order by
            layer, origin_id, destination_id, network nulls last, is_intended, source_id, transport_mode nulls last,
            commodity nulls last, commodity_raw nulls last, modus_operandi nulls last, has_item_count, span_days
    ) - 1 as kind,
    *
from kinds
order by kind
