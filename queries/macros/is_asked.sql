-- rows:   true where a leg, or a kind of leg, is what the reader asks for, the period aside
-- params: the leg's columns; layers list, countries list (both ends), limited list of layers whose commodity is limited,
--         commodities list as layer:commodity, modes list, modi list; null for no limit
-- reads:  places
-- order:  none
create macro is_asked(
    layer, origin_id, destination_id, commodity, commodity_raw, transport_mode, modus_operandi,
    layers, countries, limited, commodities, modes, modi
) as
(layers is null or list_contains(layers, layer))
and (
    countries is null
    or (
        origin_id in (select place_id from places where list_contains(countries, country_id))
        and destination_id in (select place_id from places where list_contains(countries, country_id))
    )
)
and (
    limited is null
    or not list_contains(limited, layer)
    or list_contains(commodities, layer || ':' || commodity)
    or list_contains(commodities, layer || ':' || lower(commodity_raw))
)
and (modes is null or list_contains(modes, transport_mode))
and (modi is null or list_contains(modi, coalesce(modus_operandi, 'unknown')))
