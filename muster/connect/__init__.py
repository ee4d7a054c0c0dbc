"""Other systems: the feed of changes, webhooks to whoever sends, and connections for the STOP that gateways pass on."""
