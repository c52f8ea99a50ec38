"""Open311 GeoReport v2 as far as it is data: services, their attributes, and the XML of answers. Pure."""
