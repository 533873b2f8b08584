"""What this machine has and what the installed llama.cpp can use of it."""
