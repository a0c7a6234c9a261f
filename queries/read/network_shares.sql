-- rows:   one per (layer, band, is_same_landmass, network)
-- params: none
-- reads:  network_shares
-- order:  layer, band, is_same_landmass, network
select *
from network_shares
order by layer, band, is_same_landmass, network
