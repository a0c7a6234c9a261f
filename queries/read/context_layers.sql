-- rows:   one per layer of the release that holds neither a leg nor an incident
-- params: none
-- reads:  observations, legs, incidents
-- order:  layer
select distinct layer
from observations
where
    layer not in (select layer from legs)
    and layer not in (select layer from incidents)
order by layer
