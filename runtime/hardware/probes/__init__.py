"""Collects what tools, files and libraries say about this machine, unread."""
