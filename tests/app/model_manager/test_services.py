"""The models' side of the window: real library, real settings, an engine and a runtime of ours."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.chat_session import FakeChatView
from helpers.fake_engine import FakeEngineClient
from helpers.fake_planner import FakePlanner
from helpers.installed import install
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from app.chat.chat_list import ChatList
from app.chat.draft_attachments import DraftAttachments
from app.chat.services import ChatModels, ChatServices
from app.chat.storage.async_store import AsyncStore
from app.chat.storage.attachment_files import AttachmentFiles
from app.chat.transcript import Transcript
from app.engine.engine_cache import CacheLimits
from app.engine.engine_link import EngineLink
from app.engine.model_state import ModelState, Ready, Resting
from app.model_manager.actions import ModelActions
from app.model_manager.downloads import Report
from app.model_manager.model_options import (
    FolderChange,
    ModelImport,
    ModelKey,
    ModelOption,
    ModelsFolderUse,
)
from app.model_manager.model_selection import DEMO_KEY
from app.model_manager.options.options_model import OptionsModel
from app.model_manager.services import ModelServices
from app.notifications.notification_center import NotificationCenter
from app.platform.paths import find_paths
from app.platform.task_pool import TaskPool
from app.settings.settings import Settings, load_settings
from app.settings.settings_store import SettingsStore
from runtime.models.installed_model import InstalledModel, demo_model_files
from runtime.models.library.library import is_models_folder
from runtime.problems import Problem, RuntimeFailure
from runtime.requests import LoadRequest

KEY: ModelKey = ("Qwen3.5 4B", "Q4_K_M")
OTHER: ModelKey = ("Qwen3.5 4B", "Q8_0")


class InstantTransfer:
    """A download that is complete at once."""

    def __init__(self, folder: Path, key: ModelKey) -> None:
        self._folder = folder
        self._key = key

    def run(self, report: Report) -> InstalledModel | None:
        return install(self._folder, self._key)

    def pause(self) -> None:
        """It is over before anybody can say so."""

    def cancel(self) -> None:
        """It is over before anybody can say so."""


class Home:
    """The models' side of a program."""

    def __init__(self, qtbot: QtBot, settings: Settings) -> None:
        self.qtbot = qtbot
        self.paths = find_paths()
        self.engine = FakeEngineClient()
        self.planner = FakePlanner()
        self.view = FakeChatView()
        self.task_pool = TaskPool()
        self.state = ModelState()
        self.options = OptionsModel()
        self.notification_center = NotificationCenter(self.view)
        self.link = EngineLink(self.engine)
        self.settings = SettingsStore(
            self.paths.settings,
            settings,
            self.task_pool.store,
            self.notification_center.show_failure,
        )
        self.services = ModelServices(
            paths=self.paths,
            task_pool=self.task_pool,
            link=self.link,
            state=self.state,
            options=self.options,
            settings=self.settings,
            notification_center=self.notification_center,
            keeping=CacheLimits,
            planner=self.planner,
            make_transfer=lambda key: InstantTransfer(self.paths.models, key),
            named_files=None,
        )
        # Who follows the engine's events.
        self.chat = ChatServices(
            models=ChatModels(
                transcript=Transcript(), draft_attachments=DraftAttachments(), chats=ChatList()
            ),
            view=self.view,
            store=AsyncStore(self.task_pool.store, self.paths.chats),
            files=AttachmentFiles(self.paths.chats),
            task_pool=self.task_pool,
            link=self.link,
            loading=self.services.loading,
            model_state=self.state,
            notification_center=self.notification_center,
            thinking=lambda: None,
            may_prefill_ahead=lambda: False,
        )

    def begin(self) -> None:
        """What the start-up steps do."""
        done: list[None] = []
        self.link.start()
        self.services.inventory.read(
            lambda: self.services.inventory.look(lambda: done.append(None))
        )
        self.qtbot.waitUntil(lambda: bool(done))
        self.services.choosing.begin()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        self.qtbot.waitUntil(lambda: isinstance(self.state.value, Ready))

    def option(self, key: ModelKey) -> ModelOption:
        self.qtbot.waitUntil(lambda: any(each.key == key for each in self.options.value.options))
        return next(each for each in self.options.value.options if each.key == key)

    def wait_for_load(self, count: int) -> LoadRequest:
        self.qtbot.waitUntil(lambda: len(self.engine.loads()) == count)
        self.wait_until_ready()
        return self.engine.loads()[-1]

    def titles(self) -> list[str]:
        return [notification.title for notification in self.view.notifications]

    def close(self) -> None:
        self.services.end()
        self.chat.end()
        self.link.close()
        self.task_pool.close()


@pytest.fixture
def home(qtbot: QtBot) -> Iterator[Home]:
    home = Home(qtbot, Settings())
    yield home
    home.close()


def test_that_without_any_model_the_demonstration_runs_and_the_first_look_is_shown(
    home: Home,
) -> None:
    home.begin()
    assert home.engine.loads()[0].files == demo_model_files()
    home.qtbot.waitUntil(lambda: home.options.value.is_first_run)
    assert home.option(DEMO_KEY).is_loaded
    assert home.options.value.first_look is not None


def test_that_the_demonstration_gives_way_to_any_real_model(home: Home) -> None:
    model = install(home.paths.models, KEY)
    home.begin()
    assert home.engine.loads()[0].files == model.files
    assert home.engine.loads()[0].context_length == 32768
    assert not home.options.value.is_first_run


def test_that_a_chosen_model_is_loaded_and_remembered(home: Home) -> None:
    first, other = install(home.paths.models, KEY), install(home.paths.models, OTHER)
    home.begin()
    assert home.engine.loads()[0].files == other.files
    home.services.choose(home.option(KEY))
    assert home.wait_for_load(2).files == first.files
    home.qtbot.waitUntil(lambda: home.option(KEY).is_loaded)
    assert not home.option(OTHER).is_loaded
    assert home.settings.settings.model == str(first.files.model)
    home.services.choose_demo()
    assert home.wait_for_load(3).files == demo_model_files()
    home.qtbot.waitUntil(lambda: home.settings.settings.model is None)


def test_that_a_model_that_cannot_be_loaded_does_not_greet_at_the_next_start(home: Home) -> None:
    install(home.paths.models, KEY)
    home.begin()
    install(home.paths.models, OTHER)
    home.services.inventory.count()
    home.qtbot.waitUntil(lambda: home.option(OTHER).is_installed)
    home.engine.loads_by_itself = False
    home.services.choose(home.option(OTHER))
    home.qtbot.waitUntil(lambda: len(home.engine.loads()) == 2)
    home.engine.fail(Problem.MODEL_TRUNCATED, request_id=home.engine.loads()[-1].request_id)
    home.qtbot.waitUntil(lambda: bool(home.titles()))
    assert home.settings.settings.model is None


def test_that_a_download_that_shall_be_used_is_loaded_when_it_is_there(home: Home) -> None:
    home.begin()
    home.services.fetch_and_use(home.option(KEY))
    load = home.wait_for_load(2)
    assert load.files.model.is_file()
    assert home.option(KEY).is_installed
    assert home.titles() == []


def test_that_another_download_is_only_told(home: Home) -> None:
    home.begin()
    home.services.fetch(home.option(KEY))
    home.qtbot.waitUntil(lambda: home.option(KEY).is_installed)
    assert home.titles() == ["Qwen3.5 4B is here and verified."]
    assert len(home.engine.loads()) == 1


def test_that_another_context_is_shown_then_kept_and_loaded(home: Home) -> None:
    install(home.paths.models, KEY)
    home.begin()
    home.services.preview_context(8192)
    home.qtbot.waitUntil(lambda: home.option(KEY).context == 8192)
    assert len(home.engine.loads()) == 1
    assert home.settings.settings.context_length == 0
    home.services.choose_context(8192)
    assert home.wait_for_load(2).context_length == 8192
    home.close()
    assert load_settings(home.paths.settings).settings.context_length == 8192


def test_that_the_model_in_use_is_not_deleted(home: Home) -> None:
    model = install(home.paths.models, KEY)
    home.begin()
    home.services.delete(home.option(KEY))
    assert home.titles() == ["Qwen3.5 4B is in use."]
    assert model.files.model.is_file()


def test_that_a_deleted_model_is_gone_and_the_space_it_took_is_told(home: Home) -> None:
    model = install(home.paths.models, KEY)
    install(home.paths.models, OTHER)
    home.begin()
    home.services.delete(home.option(KEY))
    home.qtbot.waitUntil(lambda: not home.option(KEY).is_installed)
    assert home.titles() == ["Qwen3.5 4B was deleted."]
    assert not model.files.model.exists()


def test_that_a_model_that_rests_can_be_deleted_and_another_steps_in(home: Home) -> None:
    install(home.paths.models, KEY)
    home.begin()
    assert home.services.loading.unload()
    assert isinstance(home.state.value, Resting)
    home.services.delete(home.option(KEY))
    assert home.wait_for_load(2).files == demo_model_files()


def test_that_too_little_memory_for_the_whole_plan_is_told(home: Home) -> None:
    install(home.paths.models, KEY)
    home.engine.loads_by_itself = False
    home.link.start()
    done: list[None] = []
    home.services.inventory.read(lambda: home.services.inventory.look(lambda: done.append(None)))
    home.qtbot.waitUntil(lambda: bool(done))
    home.services.choosing.begin()
    home.qtbot.waitUntil(lambda: len(home.engine.loads()) == 1)
    home.engine.loads_by_itself = True
    home.engine.fail(Problem.OUT_OF_MEMORY, request_id=home.engine.loads()[0].request_id)
    home.wait_for_load(2)
    assert home.titles() == [
        "There was too little memory for Qwen3.5 4B as planned, so it was loaded differently."
    ]


def test_that_a_machine_that_cannot_be_looked_at_still_loads(home: Home) -> None:
    home.planner.failure = RuntimeFailure(Problem.UNEXPECTED)
    model = install(home.paths.models, KEY)
    home.begin()
    assert home.engine.loads()[0].files == model.files


def test_that_the_memory_the_user_set_goes_before_what_is_found(qtbot: QtBot) -> None:
    home = Home(qtbot, Settings(device_memory_gigabytes=7.5))
    home.begin()
    assert home.planner.looks == [(home.paths.models, int(7.5 * (1 << 30)))]
    home.settings.set(replace(home.settings.settings, device_memory_gigabytes=0.0))
    home.services.take_settings()
    qtbot.waitUntil(lambda: len(home.planner.looks) == 2)
    assert home.planner.looks[-1] == (home.paths.models, None)
    home.close()


def test_that_a_models_folder_that_is_gone_is_told_and_nothing_is_made_there(
    qtbot: QtBot, tmp_path: Path
) -> None:
    home = Home(qtbot, Settings(models_folder=str(tmp_path / "stick")))
    home.begin()
    assert len(home.titles()) == 1
    assert not (tmp_path / "stick").exists()
    home.close()


def test_that_the_settings_say_what_the_models_take(home: Home) -> None:
    install(home.paths.models, KEY)
    home.begin()
    assert home.services.place() == ModelsFolderUse(folder=home.paths.models, used_bytes=100)


def test_that_an_imported_file_is_loaded_where_it_is(home: Home) -> None:
    home.begin()
    files = demo_model_files()
    home.services.imports.take(ModelImport(path=files.model, copies=False))
    load = home.wait_for_load(2)
    assert load.files == files
    assert home.titles() == []


def test_that_an_imported_copy_is_loaded_from_the_models_folder(home: Home) -> None:
    home.begin()
    home.services.imports.take(ModelImport(path=demo_model_files().model, copies=True))
    load = home.wait_for_load(2)
    assert load.files.model.is_relative_to(home.paths.models)
    assert home.titles() == ["“sideglance-demo-Q8_0.gguf” is being copied."]


def test_that_a_file_that_is_no_model_says_so(home: Home, tmp_path: Path) -> None:
    home.begin()
    (tmp_path / "notes.gguf").write_text("milk, eggs")
    home.services.imports.take(ModelImport(path=tmp_path / "notes.gguf", copies=False))
    home.qtbot.waitUntil(lambda: bool(home.titles()))
    assert home.titles() == ["“notes.gguf” is not a model."]
    assert len(home.engine.loads()) == 1


def test_that_moved_models_are_loaded_from_their_new_place(home: Home, tmp_path: Path) -> None:
    install(home.paths.models, KEY)
    install(home.paths.models, OTHER)
    home.begin()
    home.services.choose(home.option(KEY))
    home.wait_for_load(2)
    home.services.folder_move.change(FolderChange(folder=tmp_path / "stick", moves=True))
    home.qtbot.waitUntil(lambda: len(home.titles()) == 2)
    assert home.engine.rests == 1
    assert home.services.loading.reload()
    load = home.wait_for_load(3)
    assert load.files.model.is_relative_to(tmp_path / "stick")
    assert load.files.model.is_file()
    home.close()
    saved = load_settings(home.paths.settings).settings
    assert saved.models_folder == str(tmp_path / "stick")
    assert saved.model == str(load.files.model)


def test_that_another_folder_can_begin_empty(home: Home, tmp_path: Path) -> None:
    install(home.paths.models, KEY)
    home.begin()
    home.qtbot.waitUntil(lambda: home.option(KEY).is_installed)
    home.services.folder_move.change(FolderChange(folder=tmp_path / "new", moves=False))
    home.qtbot.waitUntil(lambda: not home.option(KEY).is_installed)
    assert home.services.place().folder == tmp_path / "new"
    assert home.titles() == [f"Models are now kept in {tmp_path / 'new'}."]
    assert is_models_folder(tmp_path / "new")


def test_that_a_folder_with_something_else_in_it_is_not_taken(home: Home, tmp_path: Path) -> None:
    install(home.paths.models, KEY)
    home.begin()
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.jpg").touch()
    home.services.folder_move.change(FolderChange(folder=tmp_path / "photos", moves=True))
    home.qtbot.waitUntil(lambda: len(home.titles()) == 2)
    assert home.settings.settings.models_folder is None
    assert (tmp_path / "photos" / "one.jpg").is_file()


def test_that_a_model_at_work_is_not_moved(home: Home, tmp_path: Path) -> None:
    install(home.paths.models, KEY)
    home.begin()
    home.services.loading.begin_answer()
    home.services.folder_move.change(FolderChange(folder=tmp_path / "stick", moves=True))
    assert home.titles() == ["The model is at work."]


class FileManager(QObject):
    """Stands in for the system's: Qt hands it the folders that are to be shown."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[Path] = []
        # WORKAROUND: PySide's stub asks for bytes, and its code for a string.
        QDesktopServices.setUrlHandler("file", self, "show_folder")  # type: ignore[arg-type]

    @Slot(QUrl)
    def show_folder(self, url: QUrl) -> None:
        self.shown.append(Path(url.toLocalFile()))

    def close(self) -> None:
        QDesktopServices.unsetUrlHandler("file")


@pytest.fixture
def file_manager() -> Iterator[FileManager]:
    file_manager = FileManager()
    yield file_manager
    file_manager.close()


def test_that_the_models_folder_is_shown_in_the_file_manager(
    home: Home, file_manager: FileManager
) -> None:
    actions = ModelActions()
    home.services.follow(actions)
    folder = home.services.inventory.folder
    folder.mkdir(parents=True, exist_ok=True)
    actions.folder_requested.emit()
    home.qtbot.waitUntil(lambda: file_manager.shown == [folder])


def test_that_a_models_folder_that_is_not_made_yet_is_shown_where_it_will_be(
    home: Home, file_manager: FileManager, tmp_path: Path
) -> None:
    home.settings.change(models_folder=str(tmp_path / "none" / "models"))
    actions = ModelActions()
    home.services.follow(actions)
    actions.folder_requested.emit()
    home.qtbot.waitUntil(lambda: file_manager.shown == [tmp_path])
