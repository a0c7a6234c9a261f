-- rows:   one per (layer, origin_id, destination_id) with a withheld cell that passes the reader's filters
-- params: since date, until date (exclusive), layers list, countries list (both ends); null for no limit
-- reads:  withheld, places
-- order:  layer, origin_id, destination_id
select
    w.layer,
    w.origin_id,
    w.destination_id,
    count(*)::bigint as cell_count
from withheld as w
inner join places as o on w.origin_id = o.place_id
inner join places as d on w.destination_id = d.place_id
where
    ($since is null or w.date_start >= $since)
    and ($until is null or w.date_start < $until)
    and ($layers is null or list_contains($layers, w.layer))
    and ($countries is null or (list_contains($countries, o.country_id) and list_contains($countries, d.country_id)))
group by w.layer, w.origin_id, w.destination_id
order by w.layer, w.origin_id, w.destination_id
