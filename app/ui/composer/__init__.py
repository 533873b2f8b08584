"""The panel in which a question is written and files are attached, dropped or pasted.

May import `controls` and `style`, and no other panel.
"""
