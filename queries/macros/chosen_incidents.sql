-- rows:   one per incident that passes the reader's filters
-- params: since date, until date (exclusive), layers list, countries list; null for no limit
-- reads:  incidents
-- order:  none
create macro chosen_incidents(since, until, layers, countries) as table
select *
from incidents
where
    (since is null or date_start >= since)
    and (until is null or date_start < until)
    and (layers is null or list_contains(layers, layer))
    and (countries is null or list_contains(countries, country_id))
