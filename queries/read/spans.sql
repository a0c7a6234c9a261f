-- rows:   one per layer of the release
-- params: none
-- reads:  observations, incidents
-- order:  layer
with dated as (
    select layer, date_start, date_end from observations
    union all
    select layer, date_start, date_end from incidents
)

select
    layer,
    min(date_start) as first_on,
    max(date_end) as last_on
from dated
group by layer
order by layer
