-- rows:   one per kind of leg
-- params: none
-- reads:  leg_kinds
-- order:  kind as the file has it
select
    kind,
    layer,
    origin_id,
    destination_id,
    network,
    is_intended,
    source_id,
    has_item_count,
    span_days
from leg_kinds
