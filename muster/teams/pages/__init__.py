"""The pages of teams, members and the installation, one file a page."""
