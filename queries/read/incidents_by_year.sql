-- rows:   one per (layer, year) of point layers
-- params: since date, until date (exclusive), layers list, countries list, each null for no limit
-- reads:  incidents
-- order:  layer, year
select
    layer,
    year,
    count(*) as record_count
from incidents
where
    ($since is null or date_start >= $since)
    and ($until is null or date_start < $until)
    and ($layers is null or list_contains($layers, layer))
    and ($countries is null or list_contains($countries, country_id))
group by layer, year
order by layer, year
