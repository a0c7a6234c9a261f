-- rows:   one per (layer, kept_source_id, dropped_source_id): how many records of the second source are not counted
--         because the first states the same events better, how many of them were placed together by the country alone,
--         and how far apart they are at most
-- params: layers list, or null for all
-- reads:  duplicates
-- order:  layer, kept_source_id, dropped_source_id
select
    layer,
    kept_source_id,
    dropped_source_id,
    count(*) as record_count,
    count(*) filter (where rule = 'country') as country_count,
    max(days_apart) as days_apart,
    max(km_apart) as km_apart,
    max(quantity_ratio) as quantity_ratio
from duplicates
where $layers is null or list_contains($layers, layer)
group by layer, kept_source_id, dropped_source_id
order by layer, kept_source_id, dropped_source_id
