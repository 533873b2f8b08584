"""Model files: what we ship, what we know about each, how each wants to be run."""
