"""Chats on disk: the SQLite store, its schema and recovery, and the files that were attached.

Imports only the values in `app.chat.turns`, and `platform`. Everything here blocks; the window
goes through `async_store`.
"""
