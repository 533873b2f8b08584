"""Data the program ships: icons, models, translations."""
