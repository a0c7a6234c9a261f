-- rows:   one per (layer, lon, lat, year) of the incidents known more closely than their country
-- params: since date, until date (exclusive), layers list, countries list, each null for no limit
-- reads:  chosen_incidents
-- order:  layer, lon, lat, year
select
    layer,
    lon,
    lat,
    year,
    count(*) as incident_count
from chosen_incidents($since, $until, $layers, $countries)
where
    cell is not null
    and coalesce(precision <> 'country', false)
group by layer, lon, lat, year
order by layer, lon, lat, year
