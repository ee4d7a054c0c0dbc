"""Recipes: what a team decided for files with certain headers, kept after an import, and done again to the next."""
