-- rows:   one per layer with seizures that pass the reader's filters; exact repeats count once
-- params: since date, until date (exclusive), layers list, countries list (any stated place), limited list,
--         commodities list, modes list, modi list; null for no limit
-- reads:  observations, waypoints, places
-- order:  layer
with placed as (
    select distinct w.obs_id
    from waypoints as w
    inner join places as p on w.place_id = p.place_id
    where list_contains($countries, p.country_id)
)

select
    o.layer,
    round(sum(o.case_count / o.repeat_count))::bigint as seizure_count,
    round(sum(case when o.item_count is not null then o.case_count / o.repeat_count else 0 end))::bigint
        as counted_seizure_count,
    round(sum(coalesce(o.item_count, 0) / o.repeat_count))::bigint as arm_count
from observations as o
where
    o.record_kind = 'seizure'
    and not o.is_subtotal
    and ($since is null or o.date_start >= $since)
    and ($until is null or o.date_start < $until)
    and ($layers is null or list_contains($layers, o.layer))
    and ($countries is null or o.obs_id in (select obs_id from placed))
    and (
        $limited is null
        or not list_contains($limited, o.layer)
        or coalesce(list_contains($commodities, o.layer || ':' || o.commodity), false)
        or coalesce(list_contains($commodities, o.layer || ':' || lower(o.commodity_raw)), false)
    )
    and ($modes is null or coalesce(list_contains($modes, o.transport_mode), false))
    and ($modi is null or list_contains($modi, coalesce(o.modus_operandi, 'unknown')))
group by o.layer
order by o.layer
