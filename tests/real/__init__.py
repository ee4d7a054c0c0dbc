"""Real things to test against: PostgreSQL, an SMTP server, Chromium and a whole Muster of one's own."""
