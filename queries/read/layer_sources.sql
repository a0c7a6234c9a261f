-- rows:   one per layer and source that states something of it; a source all of whose incidents another one states
--         better is not among them
-- params: none
-- reads:  observations, incidents
-- order:  layer, source_id
select layer, source_id, count(*) as row_count
from (
    select layer, source_id from observations
    union all
    select layer, source_id from incidents
) as stated
group by layer, source_id
order by layer, source_id
