-- rows:   one per place that a record of the release names
-- params: none
-- reads:  all_places, gazetteer, waypoints, withheld, custody_events, incidents
-- order:  place_id
with known as (
    select place_id, name, level, country_id, parent_id, region, subregion, lon, lat, 1 as rank
    from all_places
    union all
    select place_id, name, level, country_id, parent_id, region, subregion, lon, lat, 2 as rank
    from gazetteer
),

named as (
    select place_id from waypoints
    union
    select origin_id from withheld
    union
    select destination_id from withheld
    union
    select place_id from custody_events
    union
    select country_id from incidents
),

ranked as (
    select
        known.*,
        row_number() over (partition by known.place_id order by known.rank, known.name) as copy
    from known
    inner join named on known.place_id = named.place_id
)

select * exclude (rank, copy)
from ranked
where copy = 1
order by place_id
