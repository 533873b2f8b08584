"""Decodes pictures and videos nobody vouches for, each in a process of its own."""
