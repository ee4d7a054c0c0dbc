"""Muster: self-hosted contact imports for texting and WhatsApp teams."""

__version__ = "0.1.0"
