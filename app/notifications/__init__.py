"""What the user is told, and in which words: no other package words an error.

Imports `platform` and `runtime` only. Everything but the notification center knows no Qt, so
the command line says the same sentences.
"""
