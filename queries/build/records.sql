-- rows:   one per obs_id: a record that several files of one source hold is kept once; graded as its file or card
--         states, unless the user graded the record or its source
-- params: none
-- reads:  all_observations, repeated, own_grades
-- order:  none, a step on the way
select o.* exclude (filename) replace (
    coalesce(own.reliability, of_source.reliability, o.reliability) as reliability,
    coalesce(own.credibility, of_source.credibility, o.credibility) as credibility
)
from all_observations as o
left join repeated as r on o.obs_id = r.obs_id
left join own_grades as own on o.obs_id = own.obs_id
left join own_grades as of_source on o.source_id = of_source.source_id and of_source.obs_id is null
where r.obs_id is null or o.filename = r.first_file
