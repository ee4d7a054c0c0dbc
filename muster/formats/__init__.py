"""How each language writes dates and numbers, where Django's own forms are too long for a table."""
