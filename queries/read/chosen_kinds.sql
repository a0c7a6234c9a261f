-- rows:   one per kind of leg that passes the reader's filters, the period aside
-- params: layers list, countries list, limited list, commodities list, modes list, modi list, each null for no limit
-- reads:  leg_kinds, places
-- order:  kind
select kind
from leg_kinds
where
    is_asked(
        layer, origin_id, destination_id, commodity, commodity_raw, transport_mode, modus_operandi,
        $layers, $countries, $limited, $commodities, $modes, $modi
    )
order by kind
