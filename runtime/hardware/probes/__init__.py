"""Collects what tools, files and libraries say about this computer, unread.

Each runs in a child process, since drivers hang and crash; nothing here interprets.
"""
