"""The window's side of models: what is offered, fetched, loaded and let go."""
