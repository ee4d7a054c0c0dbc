"""The HTTP API: thin routers that call what the pages call, and say it in JSON."""
