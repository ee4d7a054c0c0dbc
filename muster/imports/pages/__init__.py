"""The pages of Contact Import, one file a page."""
