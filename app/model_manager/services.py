"""The window's side of models, built once."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Slot

from app.engine.engine_cache import CacheLimits
from app.engine.engine_link import EngineLink
from app.engine.model_state import ModelState
from app.model_manager.delete_models import ModelStock
from app.model_manager.download_factory import Fetching
from app.model_manager.downloads import Arrived, Downloads, MakeTransfer
from app.model_manager.idle_unload import IdleRest
from app.model_manager.inventory import Knowledge
from app.model_manager.inventory_snapshot import Known
from app.model_manager.load_fallback import LadderWalk
from app.model_manager.loading import ModelLoading
from app.model_manager.measurement_recorder import Learning
from app.model_manager.measurements import learnt_file, machine_key
from app.model_manager.model_imports import ModelImports
from app.model_manager.model_options import ModelsPlace, Offer
from app.model_manager.model_selection import DEMO_KEY, ModelChoosing
from app.model_manager.move_folder import ModelsRelocation
from app.model_manager.options.options_model import OffersModel
from app.model_manager.options.options_updater import ModelOffers
from app.model_manager.planner import Advice, LoadTarget
from app.notifications import messages
from app.notifications.notification_center import NoticeDesk
from app.platform.paths import Paths
from app.platform.task_pool import Background
from app.settings.settings_store import SettingsKeeper
from runtime.events import Event, Finished
from runtime.hardware.memory_budget import Budget, budgets
from runtime.models.download.progress import Paused
from runtime.requests import ModelFiles


class ModelHouse(QObject):
    """Everything that looks after models.

    Nothing is looked at before the start-up steps ask for it. The files named on the command
    line go before any other model.

    Attributes:
        loading: what is in memory
        knowledge: what is known of machine and models
        choosing: which model is loaded
        downloads: those that run or stand still
        stock: what is on this computer
        imports: what the user brings along
        relocation: where all of it lies
        idle: lets the model go when nobody needs it
    """

    def __init__(  # noqa: PLR0913 - what it is built of, given once
        self,
        *,
        paths: Paths,
        background: Background,
        link: EngineLink,
        state: ModelState,
        offers: OffersModel,
        settings: SettingsKeeper,
        desk: NoticeDesk,
        keeping: Callable[[], CacheLimits],
        advice: Advice,
        named_files: ModelFiles | None,
        make_transfer: MakeTransfer | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._advice = advice
        self._settings = settings
        self._desk = desk
        self._learning = learning = Learning(learnt_file(paths), background.models)
        self.knowledge = Knowledge(
            lane=background.models,
            advice=advice,
            learning=learning,
            settings=settings,
            default_folder=paths.models,
            has_own=named_files is not None,
            desk=desk,
            parent=self,
        )
        self.loading = ModelLoading(
            link=link,
            state=state,
            desk=desk,
            keeping=keeping,
            recovery=LadderWalk(
                next_target=self._next_target,
                learning=learning,
                machine=self._machine,
                desk=desk,
            ),
        )
        self.choosing = ModelChoosing(
            lane=background.models,
            advice=advice,
            knowledge=self.knowledge,
            loading=self.loading,
            state=state,
            settings=settings,
            desk=desk,
            named_files=named_files,
            parent=self,
        )
        self.downloads = Downloads(
            lane=background.transfers,
            make_transfer=make_transfer or Fetching(self.knowledge, settings).make,
            desk=desk,
            parent=self,
        )
        self._offers = ModelOffers(
            lane=background.models,
            compose=advice.compose,
            shown=offers,
            downloads=self.downloads,
            loading=self.loading,
            state=state,
            parent=self,
        )
        self.stock = ModelStock(
            lane=background.models,
            knowledge=self.knowledge,
            choosing=self.choosing,
            loading=self.loading,
            state=state,
            desk=desk,
            parent=self,
        )
        self.imports = ModelImports(
            lane=background.transfers,
            knowledge=self.knowledge,
            choosing=self.choosing,
            desk=desk,
            parent=self,
        )
        self.relocation = ModelsRelocation(
            lane=background.transfers,
            knowledge=self.knowledge,
            loading=self.loading,
            downloads=self.downloads,
            settings=settings,
            desk=desk,
            parent=self,
        )
        self.idle = IdleRest(
            loading=self.loading,
            state=state,
            minutes=lambda: settings.settings.idle_unload_minutes,
            parent=self,
        )
        self.knowledge.changed.connect(self._on_known)
        self.downloads.arrived.connect(self._on_arrived)
        link.event_received.connect(self._on_event)

    def place(self) -> ModelsPlace:
        """Where models are kept and on what they run."""
        known = self.knowledge.known
        used = sum(each.size_bytes for each in known.inventory.installed if each.is_ours)
        place = ModelsPlace(folder=self.knowledge.folder, used_bytes=used)
        graphics = [device for device in _devices(known) if device.device]
        if not graphics:
            return place
        return replace(place, device=graphics[0].name, device_bytes=graphics[0].total_bytes or None)

    def take_settings(self) -> None:
        """The settings were edited."""
        self.idle.begin_anew()
        if self._settings.settings.offline:
            # What flows already would go on: only new connections are refused.
            self.downloads.end()
        self.knowledge.look(_nothing)

    def end(self) -> None:
        """Begin nothing any more."""
        self.idle.end()
        self.downloads.end()
        self.imports.end()
        self.relocation.end()

    @Slot(object)
    def choose(self, offer: Offer) -> None:
        """Load an installed model."""
        self.choosing.choose(offer.key)

    @Slot()
    def choose_demo(self) -> None:
        """Look around with the demonstration; it runs already at the first start."""
        target = self.loading.target
        if target is None or target.key != DEMO_KEY:
            self.choosing.choose(DEMO_KEY)

    @Slot(object)
    def fetch(self, offer: Offer) -> None:
        """Download a model, or go on with it."""
        self.downloads.begin(offer.key, total_bytes=offer.download_bytes)

    @Slot(object)
    def fetch_and_use(self, offer: Offer) -> None:
        """Download a model and load it once it is there."""
        self.downloads.begin(offer.key, total_bytes=offer.download_bytes, uses=True)

    @Slot(object)
    def pause(self, offer: Offer) -> None:
        """Let a download stand still."""
        self.downloads.pause(offer.key)

    @Slot(object)
    def cancel(self, offer: Offer) -> None:
        """End a download and keep nothing of it."""
        self.downloads.cancel(offer.key)

    @Slot(object)
    def delete(self, offer: Offer) -> None:
        """Delete a model's files."""
        self.stock.delete(offer.key)

    @Slot(int)
    def preview_context(self, tokens: int) -> None:
        """Show what another context would cost."""
        self._offers.show(replace(self.knowledge.known, context=max(tokens, 0)))

    @Slot(int)
    def choose_context(self, tokens: int) -> None:
        """Plan with another context from now on."""
        if tokens == self._settings.settings.context_length:
            self._offers.show(self.knowledge.known)
            return
        self._settings.change(context_length=tokens)
        self._offers.show(self.knowledge.known)
        self.choosing.plan_again()

    @Slot()
    def _on_known(self) -> None:
        known = self.knowledge.known
        self.downloads.restore(
            {
                (each.name, each.quantisation): Paused(
                    done_bytes=each.done_bytes, total_bytes=each.total_bytes
                )
                for each in known.inventory.unfinished
            }
        )
        if known.report is not None:
            self._offers.show(known)

    @Slot(object)
    def _on_arrived(self, arrived: Arrived) -> None:
        if not arrived.uses:
            self._desk.show(messages.model_arrived(arrived.installed.name))
        self.knowledge.count(lambda: self._use(arrived))

    def _use(self, arrived: Arrived) -> None:
        if arrived.uses:
            self.choosing.choose(arrived.key)

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        target = self.loading.target
        if isinstance(event, Finished) and target is not None and target.plan is not None:
            self._learning.measure(self._machine(), target.plan, event)

    def _next_target(self, target: LoadTarget) -> LoadTarget | None:
        # Pure figures over a handful of values: quick enough for the GUI thread.
        return self._advice.next_target(self.knowledge.known, target)

    def _machine(self) -> str:
        report = self.knowledge.known.report
        return "" if report is None else machine_key(report)


def _devices(known: Known) -> tuple[Budget, ...]:
    return () if known.report is None else budgets(known.report)


def _nothing() -> None:
    """Nobody waits for it."""
