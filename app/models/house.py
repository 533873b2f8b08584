"""The window's side of models, built once."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.engine_link import EngineLink
from app.model_state import ModelState
from app.models.idle import IdleRest
from app.models.loading import Keeping, ModelLoading
from app.models.target import LoadTarget, target_of
from app.notice_desk import NoticeDesk
from app.settings_keeper import SettingsKeeper
from runtime.models.demo import demo_model_files
from runtime.requests import ModelFiles


class ModelHouse(QObject):
    """Everything that looks after models.

    Nothing is looked at before the start-up steps ask for it. The files named on the command
    line go before any other model.

    Attributes:
        loading: what is in memory
        idle: lets it go when nobody needs it
    """

    def __init__(  # noqa: PLR0913 - what it is built of, given once
        self,
        *,
        link: EngineLink,
        state: ModelState,
        settings: SettingsKeeper,
        desk: NoticeDesk,
        keeping: Callable[[], Keeping],
        named_files: ModelFiles | None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._named_files = named_files
        self.loading = ModelLoading(link=link, state=state, desk=desk, keeping=keeping)
        self.idle = IdleRest(
            loading=self.loading,
            state=state,
            minutes=lambda: settings.settings.idle_unload_minutes,
            parent=self,
        )

    def load_first(self) -> None:
        """Load what this start begins with."""
        self.loading.load(self._first_target())

    def take_settings(self) -> None:
        """The settings were edited."""
        self.idle.begin_anew()

    def end(self) -> None:
        """Begin nothing any more."""
        self.idle.end()

    def _first_target(self) -> LoadTarget | None:
        if self._named_files is not None:
            return target_of(self._named_files)
        chosen = self._settings.chosen_files()
        if chosen is not None:
            return target_of(chosen)
        demo = demo_model_files()
        return target_of(demo) if demo.model.is_file() else None
