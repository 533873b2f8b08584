"""The window's process: every object is built here once, started, and closed in reverse.

May import everything else in `app`, and is imported by the entry point alone.
"""
