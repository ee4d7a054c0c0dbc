"""Mails on their way: the sender beside imports, and the mail about a webhook that was switched off."""
