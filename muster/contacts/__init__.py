"""Contacts, their history and custom fields: search, record, audience."""
