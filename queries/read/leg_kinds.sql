-- rows:   one per kind of leg
-- params: none
-- reads:  leg_kinds
-- order:  kind as the file has it
select
    kind,
    has_item_count,
    span_days
from leg_kinds
