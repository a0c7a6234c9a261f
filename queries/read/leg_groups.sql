-- rows:   one per group of kinds of leg that differ by transport, commodity, modus operandi, items or length only;
--         kind is the first of them
-- params: none
-- reads:  leg_kinds
-- order:  kind
select
    layer,
    origin_id,
    destination_id,
    network,
    is_intended,
    source_id,
    min(kind) as kind
from leg_kinds
group by layer, origin_id, destination_id, network, is_intended, source_id
order by kind
