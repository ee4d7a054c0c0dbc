"""Imports: from a file or a paste, through the preview, to contacts saved and an e-mail sent."""
