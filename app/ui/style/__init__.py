"""Colours, type, spacing, icons and the style sheet: the only numbers about looks.

Imports nothing of `app` but `platform`.
"""
