-- rows:   one per (layer, year, route, position); exact repeats counted once
-- params: none
-- reads:  record_routes
-- order:  layer, year, route, position
select
    layer,
    year,
    route,
    position,
    sum(record_count order by record) as record_count
from record_routes
group by layer, year, route, position
order by layer, year, route, position
