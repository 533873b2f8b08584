"""The settings: one frozen value, the file it is kept in, and what the user changes in it.

May import `platform` and `notifications`.
"""
