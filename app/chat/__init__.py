"""The conversation: its values, its store and what happens to it."""
