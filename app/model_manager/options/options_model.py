"""What the window could run, as one value with one signal."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.model_manager.model_options import FirstRunSummary, ModelOption, ModelOptions


class OptionsModel(QObject):
    """Holds the one value that every panel that shows models is drawn from.

    Signals:
        changed: the new ModelOptions; not emitted when an equal value is set
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._value = ModelOptions()

    @property
    def value(self) -> ModelOptions:
        """What could run now."""
        return self._value

    def set(self, value: ModelOptions) -> None:
        """Take a new value and tell everybody, if it is one."""
        if value != self._value:
            self._value = value
            self.changed.emit(value)

    def replace_option(self, option: ModelOption) -> None:
        """Take a new state of one option, in the first look as well."""
        self.set(
            replace(
                self._value,
                options=_with(self._value.options, option),
                first_look=_renewed(self._value.first_look, option),
            )
        )


def _with(options: tuple[ModelOption, ...], newer: ModelOption) -> tuple[ModelOption, ...]:
    return tuple(newer if option.key == newer.key else option for option in options)


def _renewed(look: FirstRunSummary | None, newer: ModelOption) -> FirstRunSummary | None:
    if look is None:
        return None
    (recommendation,) = _with((look.recommendation,), newer) if look.recommendation else (None,)
    return replace(
        look, recommendation=recommendation, alternatives=_with(look.alternatives, newer)
    )
