"""Why a probe has nothing to give."""


class Absent(Exception):
    """The tool, library or file is not on this machine."""


class Refused(Exception):
    """It is there and answered with an error."""
