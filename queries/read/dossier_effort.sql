-- rows:   one per month: records of all layers that were found in the countries of two places and dated to one month, but
--         those of flows between the two places
-- params: place_a, place_b
-- reads:  observations, waypoints, places, legs
-- order:  month
with there as (
    select w.obs_id
    from waypoints as w
    inner join places as p on w.place_id = p.place_id
    where
        w.role = 'seizure'
        and p.country_id in (select country_id from places where list_contains([$place_a, $place_b], place_id))
),

own as (
    select obs_id
    from legs
    where list_contains([$place_a, $place_b], origin_id) and list_contains([$place_a, $place_b], destination_id)
)

select
    date_trunc('month', date_start)::date as month,
    sum(case_count)::bigint as record_count
from observations
where
    not is_subtotal
    and date_trunc('month', date_start) = date_trunc('month', date_end)
    and obs_id in (select obs_id from there)
    and obs_id not in (select obs_id from own)
group by month
order by month
