"""What a person does in a window, as a test of its own process: see tests/app/test_offline.py."""

from dataclasses import replace

import psutil
import pytest
from helpers.project import PICTURES
from helpers.shown_window import find
from helpers.window import RealWindow, titles
from pytestqt.qtbot import QtBot

from app.chat.turns import TurnState
from app.engine.model_state import Ready
from app.platform.paths import find_paths
from app.settings.settings import Settings, load_settings, save_settings
from app.ui.settings.settings_dialog import SettingsDialog

PICTURE = PICTURES / "shape_1.png"


@pytest.mark.model
@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_that_a_whole_session_opens_no_socket(qtbot: QtBot) -> None:
    save_settings(find_paths().settings, Settings(offline=True))
    real = RealWindow(qtbot)
    real.wait_until_ready()
    assert isinstance(real.program.model_state.value, Ready)
    real.drop(PICTURE)
    assert real.ask("What shape is it?").state is TurnState.COMPLETE
    real.window.settings_actions.settings_requested.emit()
    dialog = find(real.window, SettingsDialog)
    real.window.settings_actions.settings_accepted.emit(
        replace(dialog.settings(), work_ahead_percent=41)
    )
    real.program._models.downloads.begin(("Qwen3.5 0.8B", "Q4_K_M"), total_bytes=1)
    real.wait(lambda: bool(real.notifications))
    assert titles(real.notifications) == ["Sideglance is set to stay offline."]
    everybody = [psutil.Process(), *psutil.Process().children(recursive=True)]
    # Native code could open one without Python's knowledge.
    assert [each.net_connections("inet") for each in everybody] == [[]] * len(everybody)
    real.close()
    assert load_settings(find_paths().settings).settings.offline
