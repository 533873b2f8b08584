"""The desktop window and the command line of Sideglance."""
