-- rows:   one per (network, cell) that some way between two places may run through, with the share of the ways that do
-- params: place_a, place_b (place_a before place_b)
-- reads:  path_edges
-- order:  network, cell
with steps as (
    select network, from_cell as cell, sum(probability) as probability
    from path_edges
    where place_a = $place_a and place_b = $place_b
    group by network, from_cell
    union all
    select network, to_cell as cell, sum(probability) as probability
    from path_edges
    where place_a = $place_a and place_b = $place_b
    group by network, to_cell
)

select
    network,
    cell,
    least(max(probability), 1.0) as probability
from steps
group by network, cell
order by network, cell
