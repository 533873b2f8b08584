"""Takes a program apart at once, in its order, rather than whenever memory is tidied."""

import shiboken6

from app.application.application import Application


def destroy(program: Application) -> None:
    """The window first: it looks at what the program holds."""
    shiboken6.delete(program.window)
    shiboken6.delete(program)
