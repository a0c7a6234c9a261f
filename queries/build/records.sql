-- rows:   one per obs_id: a record that several files of one source hold is kept once; graded as its file or card
--         states, unless the user graded the record or its source
-- params: none
-- reads:  all_observations, own_grades
-- order:  layer, date_start, obs_id
with ranked as (
    select
        o.* exclude (filename),
        row_number() over (partition by o.obs_id order by o.filename) as copy
    from all_observations as o
)

select r.* exclude (copy) replace (
    coalesce(own.reliability, of_source.reliability, r.reliability) as reliability,
    coalesce(own.credibility, of_source.credibility, r.credibility) as credibility
)
from ranked as r
left join own_grades as own on r.obs_id = own.obs_id
left join own_grades as of_source on r.source_id = of_source.source_id and of_source.obs_id is null
where r.copy = 1
order by r.layer, r.date_start, r.obs_id
