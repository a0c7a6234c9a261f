-- rows:   one per trace that passes the reader's filters, with the record that ends it
-- params: since date, until date (exclusive), layers list, countries list (any stated place), limited list,
--         commodities list, modes list, modi list; null for no limit. A trace without a record of its own passes by its seizure
--         and its places; a limit on layer, commodity or mode says nothing of it but leaves it out (layer: keeps it)
-- reads:  custody_events, observations, waypoints, places
-- order:  trace_id
with traced as (
    select
        trace_id,
        min(obs_id) as obs_id,
        max(date_start) filter (where event = 'seized') as seized_on
    from custody_events
    group by trace_id
),

linked as (
    select trace_id, min(obs_id) as obs_id
    from observations
    where trace_id is not null
    group by trace_id
),

placed as (
    select w.obs_id as id
    from waypoints as w
    inner join places as p on w.place_id = p.place_id
    where list_contains($countries, p.country_id)
    union
    select e.trace_id as id
    from custody_events as e
    inner join places as p on e.place_id = p.place_id
    where list_contains($countries, p.country_id)
),

ended as (
    select
        t.trace_id,
        o.obs_id,
        o.layer,
        o.commodity,
        o.commodity_raw,
        o.transport_mode,
        o.modus_operandi,
        coalesce(o.date_start, t.seized_on) as date_start,
        coalesce(o.record_kind = 'seizure', false) as is_seizure,
        o.item_count is not null as has_arm_count
    from traced as t
    left join linked as l on t.trace_id = l.trace_id
    left join observations as o on coalesce(l.obs_id, t.obs_id) = o.obs_id and not o.is_subtotal
)

select
    trace_id,
    obs_id,
    date_start,
    commodity,
    is_seizure,
    has_arm_count
from ended
where
    ($since is null or date_start >= $since)
    and ($until is null or date_start < $until)
    and (layer is null or $layers is null or list_contains($layers, layer))
    and ($countries is null or coalesce(obs_id, trace_id) in (select id from placed))
    and (
        $limited is null
        or coalesce(not list_contains($limited, layer), false)
        or coalesce(list_contains($commodities, layer || ':' || commodity), false)
        or coalesce(list_contains($commodities, layer || ':' || lower(commodity_raw)), false)
    )
    and ($modes is null or coalesce(list_contains($modes, transport_mode), false))
    and ($modi is null or list_contains($modi, coalesce(modus_operandi, 'unknown')))
order by trace_id
