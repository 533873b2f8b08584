"""The settings dialog and its pages.

May import `controls` and `style`, and no other panel.
"""
