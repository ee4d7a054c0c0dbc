"""What the API takes and shows, as types."""
