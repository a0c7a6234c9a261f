-- rows:   one per (layer, unordered pair of places, network) that legs outside lawful trade join; network null where
--         the transport is not stated
-- params: none
-- reads:  legs, places
-- order:  layer, place_a, place_b, network
with pairs as (
    select
        layer,
        least(origin_id, destination_id) as place_a,
        greatest(origin_id, destination_id) as place_b,
        network,
        sum(record_count)::bigint as record_count
    from legs
    where status <> 'licit'
    group by all
)

select
    p.*,
    a.lon as lon_a,
    a.lat as lat_a,
    b.lon as lon_b,
    b.lat as lat_b
from pairs as p
inner join places as a on p.place_a = a.place_id
inner join places as b on p.place_b = b.place_id
order by p.layer, p.place_a, p.place_b, p.network nulls last
