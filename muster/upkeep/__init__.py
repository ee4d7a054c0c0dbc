"""Looking after an installation: backups, putting them back, partitions."""
