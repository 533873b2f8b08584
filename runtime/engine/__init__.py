"""The engine itself: the only package that imports llama_cpp."""
