-- rows:   one per (layer, year) of point layers
-- params: since date, until date (exclusive), layers list, countries list, each null for no limit
-- reads:  chosen_incidents
-- order:  layer, year
select
    layer,
    year,
    count(*) as record_count
from chosen_incidents($since, $until, $layers, $countries)
group by layer, year
order by layer, year
