"""What this computer has and what the installed llama.cpp can use of it.

`probes` collect in child processes, `readers` make a report of it without touching anything.
"""
