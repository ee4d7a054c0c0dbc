"""What crosses into the database."""
