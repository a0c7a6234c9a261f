-- rows:   one per leg outside lawful trade that passes the reader's filters
-- params: since date, until date (exclusive), layers list, countries list (both ends), limited list of layers
--         whose commodity is limited, commodities list as layer:commodity, modes list, modi list; null for no limit
-- reads:  legs, places
-- order:  none
create macro chosen_legs(since, until, layers, countries, limited, commodities, modes, modi) as table
select l.*
from legs as l
inner join places as o on l.origin_id = o.place_id
inner join places as d on l.destination_id = d.place_id
where
    l.status <> 'licit'
    and (since is null or l.date_start >= since)
    and (until is null or l.date_start < until)
    and (layers is null or list_contains(layers, l.layer))
    and (countries is null or (list_contains(countries, o.country_id) and list_contains(countries, d.country_id)))
    and (
        limited is null
        or not list_contains(limited, l.layer)
        or list_contains(commodities, l.layer || ':' || l.commodity)
        or list_contains(commodities, l.layer || ':' || lower(l.commodity_raw))
    )
    and (modes is null or list_contains(modes, l.transport_mode))
    and (modi is null or list_contains(modi, coalesce(l.modus_operandi, 'unknown')))
