"""Works out what is offered, off the GUI thread, and keeps what the window shows up to date."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.engine.model_state import Busy, ModelState, Ready
from app.model_manager.downloads import Downloads
from app.model_manager.inventory_snapshot import Known
from app.model_manager.loading import ModelLoading
from app.model_manager.model_options import Offer, OfferKey, Offers
from app.model_manager.options.options_model import OffersModel
from app.platform.task_pool import Lane

Compose = Callable[[Known], Offers]


class ModelOffers(QObject):
    """Composes the offers from what is known, again whenever that changes.

    Downloads and the loaded model change often, and nothing else changes with them: they are
    put into the offers without composing them anew.

    Signals:
        composed: new Offers were worked out
    """

    composed = Signal(object)

    def __init__(  # noqa: PLR0913 - everything it ties together, given once
        self,
        *,
        lane: Lane,
        compose: Compose,
        shown: OffersModel,
        downloads: Downloads,
        loading: ModelLoading,
        state: ModelState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._lane = lane
        self._compose = compose
        self._shown = shown
        self._downloads = downloads
        self._loading = loading
        self._state = state
        self._bare = Offers()
        self._is_composing = False
        self._wanted: Known | None = None
        downloads.changed.connect(self._show)
        state.changed.connect(self._on_state_changed)

    def show(self, known: Known) -> None:
        """Work out what is offered; of several wishes in a row the newest counts."""
        if self._is_composing:
            self._wanted = known
            return
        self._is_composing = True
        self._lane.run(
            partial(self._compose, known),
            then=self._on_composed,
            failed=lambda _failure: self._on_composed(self._bare),
        )

    def find(self, key: OfferKey) -> Offer | None:
        """An offer as it is now."""
        return next((offer for offer in self._shown.value.offers if offer.key == key), None)

    def _on_composed(self, offers: Offers) -> None:
        self._is_composing = False
        self._bare = offers
        self._show()
        self.composed.emit(offers)
        if self._wanted is not None:
            known, self._wanted = self._wanted, None
            self.show(known)

    @Slot()
    def _on_state_changed(self) -> None:
        # Not for every token: only a model that comes or goes changes an offer.
        loaded = next((offer for offer in self._shown.value.offers if offer.is_loaded), None)
        if (None if loaded is None else loaded.key) != self._loaded_key():
            self._show()

    def _loaded_key(self) -> OfferKey | None:
        target = self._loading.target
        if target is None or not isinstance(self._state.value, Ready | Busy):
            return None
        return target.key

    @Slot()
    def _show(self) -> None:
        states, loaded = self._downloads.states, self._loaded_key()

        def as_it_is(offer: Offer) -> Offer:
            return replace(offer, transfer=states.get(offer.key), is_loaded=offer.key == loaded)

        look = self._bare.first_look
        if look is not None:
            look = replace(
                look,
                recommendation=look.recommendation and as_it_is(look.recommendation),
                alternatives=tuple(as_it_is(offer) for offer in look.alternatives),
            )
        offers = tuple(as_it_is(offer) for offer in self._bare.offers)
        self._shown.set(replace(self._bare, offers=offers, first_look=look))
