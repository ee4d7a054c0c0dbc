"""Teams, the people in them, and every question of who may do what."""
