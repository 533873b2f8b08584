"""What the user asks of the settings, said by every panel that can be asked."""

from PySide6.QtCore import QObject, Signal


class SettingsActions(QObject):
    """One place to say it, so that nothing is passed on from panel to panel.

    Signals:
        settings_requested: show the settings
        settings_accepted: Settings as they were edited
        thinking_chosen: whether the model should think first
        cache_clear_requested: forget what was read and kept on disk
    """

    settings_requested = Signal()
    settings_accepted = Signal(object)
    thinking_chosen = Signal(bool)
    cache_clear_requested = Signal()
