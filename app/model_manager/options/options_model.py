"""What the window could run, as one value with one signal."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.model_manager.model_options import FirstLook, Offer, Offers


class OffersModel(QObject):
    """Holds the one value that every room that shows models is drawn from.

    Signals:
        changed: the new Offers; not emitted when an equal value is set
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._value = Offers()

    @property
    def value(self) -> Offers:
        """What is offered now."""
        return self._value

    def set(self, value: Offers) -> None:
        """Take a new value and tell everybody, if it is one."""
        if value != self._value:
            self._value = value
            self.changed.emit(value)

    def replace_offer(self, offer: Offer) -> None:
        """Take a new state of one offer, in the first look as well."""
        self.set(
            replace(
                self._value,
                offers=_with(self._value.offers, offer),
                first_look=_renewed(self._value.first_look, offer),
            )
        )


def _with(offers: tuple[Offer, ...], newer: Offer) -> tuple[Offer, ...]:
    return tuple(newer if offer.key == newer.key else offer for offer in offers)


def _renewed(look: FirstLook | None, newer: Offer) -> FirstLook | None:
    if look is None:
        return None
    (recommendation,) = _with((look.recommendation,), newer) if look.recommendation else (None,)
    return replace(
        look, recommendation=recommendation, alternatives=_with(look.alternatives, newer)
    )
