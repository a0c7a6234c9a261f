-- rows:   one per (layer, commodity, modus_operandi, year) of the chosen layers; modus_operandi null where no record
--         states one, year null where a record spans several years
-- params: since date, until date (exclusive), layers list, countries list (any stated place), limited list,
--         commodities list, modes list, modi list, each null for no limit
-- reads:  observations, waypoints, places
-- order:  layer, commodity, modus_operandi, year
with placed as (
    select distinct w.obs_id
    from waypoints as w
    inner join places as p on w.place_id = p.place_id
    where list_contains($countries, p.country_id)
)

select
    layer,
    commodity,
    modus_operandi,
    case when year(date_start) = year(date_end) then year(date_start) end as year,
    sum(case_count)::bigint as record_count
from observations
where
    not is_subtotal
    and ($layers is null or list_contains($layers, layer))
    and ($since is null or date_start >= $since)
    and ($until is null or date_start < $until)
    and ($countries is null or obs_id in (select obs_id from placed))
    and (
        $limited is null
        or not list_contains($limited, layer)
        or coalesce(list_contains($commodities, layer || ':' || commodity), false)
        or coalesce(list_contains($commodities, layer || ':' || lower(commodity_raw)), false)
    )
    and ($modes is null or coalesce(list_contains($modes, transport_mode), false))
    and ($modi is null or list_contains($modi, coalesce(modus_operandi, 'unknown')))
group by all
order by layer, commodity nulls last, modus_operandi nulls last, year nulls last
