"""The tests of Muster: the core alone, the web, the API, real browsers, real databases."""
