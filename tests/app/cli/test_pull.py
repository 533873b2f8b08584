import io
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.fetching import REPOSITORY, REVISION, content_of, path_of, remote
from helpers.lying_server import Lie, LyingServer, Reply, lying_server
from helpers.machines import machine

from app.cli.console import Console
from app.cli.model_choice import is_called
from app.cli.pull import PullArguments, run_pull
from app.platform.paths import find_paths
from app.settings.settings import Settings, save_settings
from runtime.models.catalogue import CatalogueModel, Quantisation, load_catalogue
from runtime.models.library.library import Library

MODEL = content_of(1, 300_000)
PROJECTOR = content_of(2, 70_000)
FILES = {path_of("model.gguf"): MODEL, path_of("mmproj.gguf"): PROJECTOR}


class Terminal(io.StringIO):
    """A stream that a person watches."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def server() -> Iterator[LyingServer]:
    with lying_server(FILES) as server:
        yield server


@pytest.fixture
def catalogue() -> tuple[CatalogueModel, ...]:
    """A real entry with small files."""
    real = load_catalogue()[0]
    return (
        replace(
            real,
            name="Qwen3.5 4B",
            size="4B",
            repository=REPOSITORY,
            revision=REVISION,
            quantisations=(
                Quantisation(name="Q4_K_M", file=remote("model.gguf", MODEL), penalty=1.0),
            ),
            projector=remote("mmproj.gguf", PROJECTOR),
        ),
    )


class Pull:
    """A command with what it wrote.

    Attributes:
        computer: the one that models are picked for
    """

    def __init__(self, server: LyingServer, catalogue: tuple[CatalogueModel, ...]) -> None:
        self._server = server
        self._catalogue = catalogue
        self.computer = machine(32)
        self.out, self.err = io.StringIO(), Terminal()

    def run(self, model: str | None = "4B", *, as_json: bool = False, **options: str | None) -> int:
        arguments = PullArguments(
            model=model,
            quantisation=options.get("quantisation"),
            endpoint=options.get("endpoint", self._server.base),
            proxy=options.get("proxy"),
            as_json=as_json,
        )
        return run_pull(
            arguments, Console(self.out, self.err), self._catalogue, lambda: self.computer
        )


@pytest.fixture
def pull(server: LyingServer, catalogue: tuple[CatalogueModel, ...]) -> Pull:
    return Pull(server, catalogue)


def library() -> Library:
    return Library(find_paths().models)


def test_that_a_model_is_fetched_and_that_is_said(pull: Pull) -> None:
    assert pull.run() == 0
    assert pull.out.getvalue() == "Qwen3.5 4B Q4_K_M is installed, 1 MB.\n"
    assert len(library().installed()) == 1


def test_that_progress_has_a_line_of_its_own(pull: Pull) -> None:
    pull.run()
    assert "Qwen3.5 4B Q4_K_M: " in pull.err.getvalue()
    assert pull.err.getvalue().endswith("\r\x1b[K")


def test_that_scripts_get_a_record(pull: Pull) -> None:
    assert pull.run(as_json=True) == 0
    record = json.loads(pull.out.getvalue())
    assert Path(record["model"]).read_bytes() == MODEL
    assert Path(record["projector"]).read_bytes() == PROJECTOR
    assert record["quantisation"] == "Q4_K_M"


def test_that_a_stop_keeps_what_came_and_says_so(pull: Pull, server: LyingServer) -> None:
    def interrupt(sent: int) -> None:
        if sent == len(PROJECTOR) + 65_536:
            os.kill(os.getpid(), signal.SIGINT)

    server.on_block = interrupt
    server.lie(Lie.NONE, Reply(lie=Lie.RESET, after_bytes=131_072))
    assert pull.run() == 130
    assert "what came is kept" in pull.err.getvalue()
    (left,) = library().unfinished()
    assert left.done_bytes >= len(PROJECTOR)
    server.on_block = lambda _sent: None
    before = server.sent_bytes
    assert pull.run() == 0
    assert server.sent_bytes - before == left.total_bytes - left.done_bytes


def test_that_a_name_nobody_has_is_told(pull: Pull, server: LyingServer) -> None:
    assert pull.run("Qwen9 100B") == 4
    assert "There is no model called “Qwen9 100B”." in pull.err.getvalue()
    assert server.requests == []


def test_that_a_quantisation_that_is_not_there_is_told(pull: Pull) -> None:
    assert pull.run(quantisation="Q9") == 4
    assert "It comes as Q4_K_M." in pull.err.getvalue()


def test_that_the_offline_switch_holds_here_too(pull: Pull, server: LyingServer) -> None:
    save_settings(find_paths().settings, Settings(offline=True))
    assert pull.run() == 4
    assert "stay offline" in pull.err.getvalue()
    assert server.requests == []


def test_that_the_endpoint_of_the_settings_is_used(pull: Pull, server: LyingServer) -> None:
    save_settings(find_paths().settings, Settings(endpoint=server.base))
    assert pull.run(endpoint=None) == 0


def test_that_an_endpoint_that_is_no_address_is_told(pull: Pull) -> None:
    assert pull.run(endpoint="nonsense") == 4
    assert "“nonsense” is not an address to download from." in pull.err.getvalue()


@pytest.mark.parametrize("called", ["4B", "4b", "Qwen3.5 4B", "qwen3.5-4b", "QWEN3.5_4B"])
def test_that_a_model_is_known_by_any_of_its_names(called: str) -> None:
    assert is_called("Qwen3.5 4B", called)
    assert not is_called("Qwen3.5 0.8B", called)


def test_that_the_form_is_picked_for_the_computer_and_that_is_said(pull: Pull) -> None:
    assert pull.run() == 0
    assert "Q4_K_M is taken of Qwen3.5 4B: it suits this computer best, with" in pull.err.getvalue()


def test_that_a_form_that_was_named_is_not_picked(pull: Pull) -> None:
    assert pull.run(quantisation="Q4_K_M") == 0
    assert "is taken" not in pull.err.getvalue()


def test_that_without_a_name_the_recommended_model_is_fetched_and_why(pull: Pull) -> None:
    assert pull.run(None) == 0
    assert "Qwen3.5 4B at Q4_K_M is the best" in pull.err.getvalue()
    assert len(library().installed()) == 1


def test_that_without_a_name_nothing_is_fetched_that_does_not_fit(
    pull: Pull, server: LyingServer
) -> None:
    pull.computer = machine(0)
    assert pull.run(None) == 4
    assert "Even the smallest model needs" in pull.err.getvalue()
    assert server.requests == []


def test_that_a_model_asked_for_by_name_is_fetched_though_nothing_of_it_fits(pull: Pull) -> None:
    pull.computer = machine(0)
    assert pull.run() == 0
    assert "too little free memory" in pull.err.getvalue()
