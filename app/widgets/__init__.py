"""The rooms of the window: each shows one model and says what the user wants."""
