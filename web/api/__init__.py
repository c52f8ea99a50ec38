"""The API, one module per resource: each lists its endpoints, and `web.endpoints` gathers them."""
