-- rows:   one per obs_id: the records of layers that are not about victims, and of the others the published cells.
--         A record that a better-known one of another source states too is a subtotal from here on; the better-known
--         one is confirmed (credibility 1), unless the user graded it
-- params: none
-- reads:  records, victim_cells, victim_layers, cases, duplicates, own_grades
-- order:  layer, date_start, obs_id; later steps know a record by its number in this order
with confirmed as (
    select obs_id
    from cases
    where case_id in (select kept_id from duplicates)
),

found as (
    select r.* replace (
        r.is_subtotal or d.dropped_id is not null as is_subtotal,
        coalesce(g.credibility, case when c.obs_id is not null then '1' end, r.credibility) as credibility
    )
    from records as r
    left join duplicates as d on r.obs_id = d.dropped_id
    left join confirmed as c on r.obs_id = c.obs_id
    left join own_grades as g on r.obs_id = g.obs_id
    where r.layer not in (select layer from victim_layers)
    union all by name
    select
        cell_id as obs_id,
        source_id,
        source_file,
        0 as source_row,
        layer,
        'aggregate' as record_kind,
        date_start,
        date_end,
        'period' as date_precision,
        victim_count as item_count,
        record_count as case_count,
        record_count_high as case_count_high,
        1 as repeat_count,
        true as is_suppressed,
        false as is_subtotal,
        reliability,
        credibility
    from victim_cells
    where not is_withheld
)

select *
from found
order by layer, date_start, obs_id
