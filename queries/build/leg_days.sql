-- rows:   one per (kind of leg, first day), weights as whole billionths: whole numbers sum to the same in any order
-- params: none
-- reads:  legs, leg_kinds
-- order:  kind, date_start
select
    k.kind,
    l.date_start,
    sum(l.record_count)::bigint as record_count,
    sum(l.record_count_high)::bigint as record_count_high,
    coalesce(sum(l.item_count), 0)::bigint as item_count,
    sum(round(l.weight * 1000000000)::bigint)::bigint as weight_billionths,
    sum(round(l.weight_items * 1000000000)::bigint)::bigint as weight_items_billionths,
    sum(round(l.weight_exposure * 1000000000)::bigint)::bigint as weight_exposure_billionths
from legs as l
inner join leg_kinds as k
    on
        l.layer = k.layer
        and l.origin_id = k.origin_id
        and l.destination_id = k.destination_id
        and l.network is not distinct from k.network
        and (l.status = 'intended') = k.is_intended
        and l.source_id = k.source_id
        and l.transport_mode is not distinct from k.transport_mode
        and l.commodity is not distinct from k.commodity
        and l.commodity_raw is not distinct from k.commodity_raw
        and l.modus_operandi is not distinct from k.modus_operandi
        and (l.item_count is not null) = k.has_item_count
        and date_diff('day', l.date_start, l.date_end) = k.span_days
where l.status <> 'licit'
group by k.kind, l.date_start
order by k.kind, l.date_start
