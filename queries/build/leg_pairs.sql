-- rows:   one per unordered pair of places that a leg outside lawful trade joins
-- params: none
-- reads:  legs, places
-- order:  place_a, place_b
with pairs as (
    select distinct
        least(origin_id, destination_id) as place_a,
        greatest(origin_id, destination_id) as place_b
    from legs
    where status <> 'licit'
)

select
    p.place_a,
    p.place_b,
    a.lon as lon_a,
    a.lat as lat_a,
    b.lon as lon_b,
    b.lat as lat_b
from pairs as p
inner join places as a on p.place_a = a.place_id
inner join places as b on p.place_b = b.place_id
order by p.place_a, p.place_b
