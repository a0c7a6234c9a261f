-- rows:   one per layer of the release
-- params: since date, until date (exclusive), countries list (any stated place), limited list, commodities list,
--         modes list, modi list, each null for no limit
-- reads:  observations, waypoints, places, incidents
-- order:  layer
with placed as (
    select distinct w.obs_id
    from waypoints as w
    inner join places as p on w.place_id = p.place_id
    where list_contains($countries, p.country_id)
),

counted as (
    select
        o.layer,
        o.case_count
            * (
                ($since is null or o.date_start >= $since)
                and ($until is null or o.date_start < $until)
                and ($countries is null or o.obs_id in (select obs_id from placed))
                and (
                    $limited is null
                    or not list_contains($limited, o.layer)
                    or coalesce(list_contains($commodities, o.layer || ':' || o.commodity), false)
                    or coalesce(list_contains($commodities, o.layer || ':' || lower(o.commodity_raw)), false)
                )
                and ($modes is null or coalesce(list_contains($modes, o.transport_mode), false))
                and ($modi is null or list_contains($modi, coalesce(o.modus_operandi, 'unknown')))
            )::int as record_count
    from observations as o
    where not o.is_subtotal
    union all
    select
        i.layer,
        (
            ($since is null or i.date_start >= $since)
            and ($until is null or i.date_start < $until)
            and ($countries is null or coalesce(list_contains($countries, i.country_id), false))
        )::int as record_count
    from incidents as i
)

select layer, sum(record_count)::bigint as record_count
from counted
group by layer
order by layer
