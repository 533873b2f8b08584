"""The panel with the saved chats.

May import `controls` and `style`, and no other panel.
"""
