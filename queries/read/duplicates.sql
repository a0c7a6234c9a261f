-- rows:   one per record or incident that is not counted because another source states the same event better, with file
--         and row of the one that counts and of the one it was matched with, which is the same unless a third source
--         joins them
-- params: layers list, or null for all
-- reads:  duplicates, observations, incidents
-- order:  layer, kept_source_id, dropped_source_id, dropped_file, dropped_row, dropped_id
with counting as (
    select obs_id as kept_id, source_file, source_row, date_start, date_end, commodity
    from observations
    union all
    select incident_id as kept_id, source_file, source_row, date_start, date_end, incident_kind as commodity
    from incidents
)

select
    d.layer,
    d.kind,
    d.kept_source_id,
    k.source_file as kept_file,
    k.source_row as kept_row,
    d.dropped_source_id,
    d.dropped_file,
    d.dropped_row,
    coalesce(m.dropped_source_id, d.kept_source_id) as matched_source_id,
    d.rule,
    d.days_apart,
    d.km_apart,
    d.quantity_ratio,
    k.date_start as kept_date_start,
    k.date_end as kept_date_end,
    k.commodity,
    d.kept_id,
    d.dropped_id,
    d.matched_id
from duplicates as d
inner join counting as k on d.kept_id = k.kept_id
left join duplicates as m on d.matched_id = m.dropped_id
where $layers is null or list_contains($layers, d.layer)
order by d.layer, d.kept_source_id, d.dropped_source_id, d.dropped_file, d.dropped_row, d.dropped_id
