"""Open311 GeoReport v2 (wiki.open311.org/GeoReport_v2) over HTTP: other programs read hazards here, and file them."""
