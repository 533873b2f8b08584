"""What differs between systems or belongs to the process: folders, logs, threads, file rights.

Imports nothing else of `app`, so that every other package may import it.
"""
