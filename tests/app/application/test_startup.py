from pytestqt.qtbot import QtBot

from app.application.startup import Done, StartUp, Step


def test_that_each_step_waits_for_the_one_before(qtbot: QtBot) -> None:
    begun: list[str] = []
    waiting: list[Done] = []

    def wait(done: Done) -> None:
        begun.append("first")
        waiting.append(done)

    def run(done: Done) -> None:
        begun.append("second")
        done()

    start_up = StartUp([Step("first", wait), Step("second", run)])
    start_up.begin()
    assert begun == []
    qtbot.waitUntil(lambda: begun == ["first"])
    with qtbot.waitSignal(start_up.finished):
        waiting[0]()
    assert begun == ["first", "second"]


def test_that_no_step_is_begun_once_the_window_closes(qtbot: QtBot) -> None:
    begun: list[str] = []
    start_up = StartUp([Step("first", lambda _: begun.append("first"))])
    start_up.begin()
    start_up.end()
    qtbot.wait(1)
    assert begun == []
