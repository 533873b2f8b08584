"""Runs a local multimodal model and knows nothing of any window; usable as a library.

The modules here are the two ends of the engine process (`client`, `worker`), the values that
travel between them, and what is pure about prompts and text. Imports nothing of `app`.
"""
