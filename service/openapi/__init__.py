"""The description of our HTTP routes in OpenAPI 3.1, made from tables and from the limits that the parsers keep."""
