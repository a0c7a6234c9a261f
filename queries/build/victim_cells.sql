-- rows:   one per (source_id, layer, origin_id, destination_id, origin_role, destination_role, bin_start): the records of
--         layers about victims, counted on a fixed cube. A journey of several hops counts once on each; a record with
--         no hop counts where it was found, its origin_id null. A point of the file's own counts as its country, for it
--         may be a house. Exact repeats count once, subtotals not at all; dates are whole years
-- params: layers list, bin_years whole number, k whole number: a count below it is withheld, the others are rounded
--         down to a multiple of it, so that one record more or less never shows
-- reads:  records, record_waypoints, all_places
-- order:  layer, date_start, cell_id
with victims as (
    select
        *,
        make_date((year(date_start) // $bin_years * $bin_years)::bigint, 1, 1) as bin_start
    from records
    where list_contains($layers, layer) and not is_subtotal
),

coarse as (
    select
        place_id,
        min(country_id) as country_id
    from all_places
    where place_id like 'own:%'
    group by place_id
),

visits as (
    select
        w.obs_id,
        w.seq,
        w.role,
        coalesce(c.country_id, w.place_id) as place_id
    from record_waypoints as w
    inner join victims as v on w.obs_id = v.obs_id
    left join coarse as c on w.place_id = c.place_id
),

steps as (
    select
        obs_id,
        seq,
        role as origin_role,
        place_id as origin_id,
        lead(role) over journey as destination_role,
        lead(place_id) over journey as destination_id
    from visits
    window journey as (partition by obs_id order by seq)
),

hops as (
    select obs_id, origin_id, destination_id, origin_role, destination_role
    from steps
    where origin_id <> destination_id
),

found as (
    select
        obs_id,
        max_by(origin_id, seq) filter (where origin_id is not null) as destination_id,
        max_by(origin_role, seq) filter (where origin_id is not null) as destination_role
    from steps
    where obs_id not in (select obs_id from hops)
    group by obs_id
),

placed as (
    select * from hops
    union all
    select
        v.obs_id,
        null as origin_id,
        f.destination_id,
        null as origin_role,
        f.destination_role
    from victims as v
    left join found as f on v.obs_id = f.obs_id
    where v.obs_id not in (select obs_id from hops)
),

spans as (
    select
        source_id,
        layer,
        year(min(date_start)) as first_year,
        year(max(date_end)) as last_year
    from victims
    group by source_id, layer
),

cells as (
    select
        v.source_id,
        v.layer,
        p.origin_id,
        p.destination_id,
        p.origin_role,
        p.destination_role,
        v.bin_start,
        floor(sum(v.case_count / v.repeat_count))::bigint as record_count,
        floor(sum(v.item_count / v.repeat_count))::bigint as victim_count,
        string_agg(distinct v.source_file, ', ' order by v.source_file) as source_file,
        max(v.reliability) as reliability,
        max(v.credibility) as credibility
    from placed as p
    inner join victims as v on p.obs_id = v.obs_id
    group by all
)

select
    c.source_id || '/' || c.layer || '/' || coalesce(c.origin_id, '') || '>' || coalesce(c.destination_id, '') || '/'
    || coalesce(c.origin_role, '') || '>' || coalesce(c.destination_role, '') || '/' || year(c.bin_start) as cell_id,
    c.source_id,
    c.layer,
    c.origin_id,
    c.destination_id,
    c.origin_role,
    c.destination_role,
    make_date(greatest(year(c.bin_start), d.first_year), 1, 1) as date_start,
    make_date(least(year(c.bin_start) + $bin_years - 1, d.last_year), 12, 31) as date_end,
    c.record_count < $k as is_withheld,
    c.record_count // $k * $k as record_count,
    c.record_count // $k * $k + $k - 1 as record_count_high,
    nullif(c.victim_count // $k * $k, 0) as victim_count,
    c.source_file,
    c.reliability,
    c.credibility
from cells as c
inner join spans as d on c.source_id = d.source_id and c.layer = d.layer
order by c.layer, date_start, cell_id
