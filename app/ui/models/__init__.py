"""The status line under the composer and the dropdown of models that opens from it.

May import `controls` and `style`, and no other panel.
"""
