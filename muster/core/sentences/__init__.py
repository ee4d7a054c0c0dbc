"""How the core's texts become sentences of a language."""
