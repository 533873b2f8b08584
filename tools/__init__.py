"""What a developer runs; nothing here is part of the program."""
