-- rows:   one per (layer, origin_id, destination_id)
-- params: since date, until date (exclusive), layers list, countries list, limited list, commodities list,
--         modes list, modi list, each null for no limit; min_count whole number
-- reads:  chosen_flows, places
-- order:  layer, record_count descending, origin_id, destination_id
select
    f.*,
    o.name as origin,
    o.level as origin_level,
    o.lon as origin_lon,
    o.lat as origin_lat,
    d.name as destination,
    d.level as destination_level,
    d.lon as destination_lon,
    d.lat as destination_lat
from chosen_flows($since, $until, $layers, $countries, $limited, $commodities, $modes, $modi, $min_count) as f
inner join places as o on f.origin_id = o.place_id
inner join places as d on f.destination_id = d.place_id
order by f.layer, f.record_count desc, f.origin_id, f.destination_id
