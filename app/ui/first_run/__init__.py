"""The panel a person sees who has no model yet: what was found, and what we recommend.

May import `controls` and `style`, and no other panel.
"""
