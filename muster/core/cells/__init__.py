"""What a cell says: text, yes or no, a choice, a date, a number; and what spreadsheets did to it."""
