"""The language pt_BR."""
