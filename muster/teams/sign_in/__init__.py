"""Everything that hooks into allauth."""
