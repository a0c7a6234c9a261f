-- rows:   one per leg outside lawful trade that passes the reader's filters
-- params: since date, until date (exclusive), those of is_asked, pairs list as
--         layer|origin_id|destination_id; null for no limit
-- reads:  legs, places
-- order:  none
create macro chosen_legs(since, until, layers, countries, limited, commodities, modes, modi, pairs) as table
select l.*
from legs as l
where
    l.status <> 'licit'
    and (since is null or l.date_start >= since)
    and (until is null or l.date_start < until)
    and is_asked(
        l.layer, l.origin_id, l.destination_id, l.commodity, l.commodity_raw, l.transport_mode, l.modus_operandi,
        layers, countries, limited, commodities, modes, modi
    )
    and (pairs is null or (l.layer || '|' || l.origin_id || '|' || l.destination_id) in (select unnest(pairs)))
