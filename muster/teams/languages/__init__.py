"""Languages: which one somebody is spoken to in, on pages, by the API and in mails, and the texts of the core in it."""
