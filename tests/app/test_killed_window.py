"""The window's process is killed at random moments: what it showed as sent is on disk."""

import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field

import psutil
import pytest
from helpers.project import ROOT
from helpers.search_index import check_search_index

from app.platform.paths import find_paths

pytestmark = pytest.mark.model

WINDOW = ROOT / "tests" / "helpers" / "restless_window.py"
# `KILLS=80 make test ARGS=tests/app/test_killed_window.py` for the whole of it.
KILLS = int(os.environ.get("KILLS", "4"))
_PATIENCE_S = 60.0


class KilledWindow:
    """One life of a window, from its start to a SIGKILL at a random moment."""

    def __init__(self, seed: int, *, early: bool) -> None:
        self.said: list[str] = []
        self._heard = threading.Condition()
        chance = random.Random(seed)
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
        }
        self._process = subprocess.Popen(
            [sys.executable, str(WINDOW), str(seed)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        reader = threading.Thread(target=self._read)
        reader.start()
        if early:
            time.sleep(chance.uniform(0.0, 4.0))
        else:
            with self._heard:
                enough = chance.randrange(10, 16)
                assert self._heard.wait_for(lambda: self.actions >= enough, timeout=_PATIENCE_S)
            time.sleep(chance.uniform(0.0, 0.4))
        children = psutil.Process(self._process.pid).children(recursive=True)
        self._process.kill()
        self._process.wait()
        reader.join()
        psutil.wait_procs(children, timeout=15)
        assert not [child for child in children if child.is_running()], "an orphan was left"

    @property
    def actions(self) -> int:
        """How many things were done."""
        return self.said.count("ACTION")

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                with self._heard:
                    self.said.append(line.strip())
                    self._heard.notify_all()


@dataclass
class Shown:
    """What all windows so far have shown, and in which chat."""

    sent: dict[str, str] = field(default_factory=dict)
    answered: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)

    def take(self, line: str) -> None:
        """Note one line of a window."""
        match line.split():
            case ["SENT", word, chat]:
                self.sent[word] = chat
            case ["ANSWERED", turn, chat]:
                self.answered[turn] = chat
            case ["DELETED", chat]:
                self.deleted.add(chat)
            case ["RESTORED", chat]:
                self.deleted.discard(chat)

    def missing(self) -> list[str]:
        """What is not in the store, though it was shown and its chat was not deleted."""
        with closing(sqlite3.connect(find_paths().chats / "chats.db")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            check_search_index(connection)
            rows = connection.execute("SELECT turn_id, text, state FROM turns").fetchall()
        texts = "\n".join(text for _, text, _ in rows)
        complete = {str(turn) for turn, text, state in rows if text and state == "complete"}
        return [
            *(word for word in self._kept(self.sent) if word not in texts),
            *(turn for turn in self._kept(self.answered) if turn not in complete),
        ]

    def _kept(self, shown: dict[str, str]) -> list[str]:
        return [each for each, chat in shown.items() if chat not in self.deleted]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.timeout(60 + 30 * KILLS)
def test_that_a_killed_window_has_lost_nothing_that_it_showed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    shown = Shown()
    late = 0
    for number in range(KILLS):
        life = KilledWindow(number, early=number % 4 == 3)
        late += life.actions >= 10
        for line in life.said:
            shown.take(line)
        assert not shown.missing(), f"after kill {number}"
    assert late >= KILLS * 3 // 4
    with capsys.disabled():
        counts = f"{len(shown.sent)} questions, {len(shown.answered)} answers"
        sys.stdout.write(f" {KILLS} kills, {late} after ten actions, {counts}: none lost ")
