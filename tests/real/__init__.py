"""Real things to test against: PostgreSQL, an SMTP server, Chromium, LibreOffice and a whole Muster of one's own."""
