"""Runs a local multimodal model and knows nothing of any window; usable as a library."""
