"""Pure readers of what the probes recorded; none raises, whatever the recording holds."""

from runtime.hardware.readers.machine import read_machine

__all__ = ["read_machine"]
