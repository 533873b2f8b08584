"""The window's end of the engine process: its link, its state, and its cache on disk.

May import `settings`, `notifications` and `platform`. The window's widgets may import only the
model's state from here.
"""
