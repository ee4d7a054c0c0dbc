"""The pages of Contacts and Fields, one file a page."""
