"""The API described: openapi.json, and the pages that are made of it."""
