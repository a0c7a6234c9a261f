-- rows:   one per (path, from_cell, to_cell); path is the number of the path among those not refused, by their key
-- params: none
-- reads:  path_edges, paths
-- order:  path, from_cell, to_cell
with numbered as (
    select
        place_a,
        place_b,
        network,
        row_number() over (order by place_a, place_b, network) - 1 as path
    from paths
    where refused is null
)

select
    n.path,
    e.from_cell,
    e.to_cell,
    e.probability
from path_edges as e
inner join numbered as n on e.place_a = n.place_a and e.place_b = n.place_b and e.network = n.network
order by n.path, e.from_cell, e.to_cell
