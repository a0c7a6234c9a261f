-- rows:   one per leg outside lawful trade that passes the reader's filters
-- params: since date, until date (exclusive), layers list, countries list (both ends), limited list of layers
--         whose commodity is limited, commodities list as layer:commodity, modes list, modi list; null for no limit
-- reads:  legs, places
-- order:  none
create macro chosen_legs(since, until, layers, countries, limited, commodities, modes, modi) as table
select l.*
from legs as l
where
    l.status <> 'licit'
    and (since is null or l.date_start >= since)
    and (until is null or l.date_start < until)
    and (layers is null or list_contains(layers, l.layer))
    and (
        countries is null
        or (
            l.origin_id in (select place_id from places where list_contains(countries, country_id))
            and l.destination_id in (select place_id from places where list_contains(countries, country_id))
        )
    )
    and (
        limited is null
        or not list_contains(limited, l.layer)
        or list_contains(commodities, l.layer || ':' || l.commodity)
        or list_contains(commodities, l.layer || ':' || lower(l.commodity_raw))
    )
    and (modes is null or list_contains(modes, l.transport_mode))
    and (modi is null or list_contains(modi, coalesce(l.modus_operandi, 'unknown')))
