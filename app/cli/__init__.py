"""The command line: one module a subcommand, with its arguments and what it does.

Knows no Qt. `arguments` imports a subcommand's module only when it is the one that was asked
for, so that none pays for another.
"""
