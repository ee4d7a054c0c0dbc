"""What pages, grid and API ask of a draft."""
