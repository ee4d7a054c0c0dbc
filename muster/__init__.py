"""Muster: self-hosted contact imports for texting and WhatsApp teams."""

__version__ = "0.2.0.dev0"
