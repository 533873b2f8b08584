"""The models on this machine: a folder of our own that the user may move, and files elsewhere."""
