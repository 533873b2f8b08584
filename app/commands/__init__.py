"""The commands of the command line; none of them knows Qt."""
