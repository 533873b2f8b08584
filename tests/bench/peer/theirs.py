"""llama.cpp's own server in a process of its own, asked over HTTP."""

import base64
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from bench.peer.models import BenchModel
from bench.peer.side import Moment, Reply
from bench.results import PROJECT

from runtime.content import Image, Message, Text

_START_S = 120.0
_LONGEST_S = 1200.0
_INTO_READING_S = 1.5


class TheirServer:
    """The server with its own defaults; model, context, threads and vision as on our side."""

    name = "llama.cpp server"

    def __init__(
        self, model: BenchModel, folder: Path, *, program: Path | None, wait_policy: str | None
    ) -> None:
        """Start it.

        Args:
            model: what to load
            folder: takes its log
            program: a llama-server to start; None takes the one in the wheel xllamacpp
            wait_policy: OMP_WAIT_POLICY of its process; None leaves OpenMP's default
        """
        self._model = model
        self._folder = folder
        self._program = program
        self._wait_policy = wait_policy
        self._start()

    @property
    def process_id(self) -> int:
        return self._process.pid

    def ask(self, messages: Sequence[Message], *, max_tokens: int, thinking: bool = False) -> Reply:
        body = self._body(messages, max_tokens, thinking)
        text, times = "", []
        timings: Mapping[str, Any] = {}
        begun = time.perf_counter()
        with self._stream(body) as (_connection, chunks):
            for chunk in chunks:
                timings = chunk.get("timings") or timings
                delta = _delta(chunk)
                if delta.get("content") or delta.get("reasoning_content"):
                    times.append(time.perf_counter())
                    text += delta.get("content") or ""
        return Reply(
            text=text,
            prompt=int(timings["prompt_n"]) + int(timings["cache_n"]),
            read=int(timings["prompt_n"]),
            generated=int(timings["predicted_n"]),
            first_s=times[0] - begun,
            writing_s=times[-1] - times[0],
        )

    def attach(self, messages: Sequence[Message]) -> None:
        """Its protocol knows no picture without a question."""

    def type(self, messages: Sequence[Message]) -> None:
        """Its protocol knows no half question."""

    def answered(self, messages: Sequence[Message]) -> None:
        """It does nothing until it is asked."""

    def stop(self, messages: Sequence[Message], moment: Moment) -> float:
        """Hang up, as its web page does, and wait until no slot works any more."""
        with self._stream(self._body(messages, 400, thinking=False)) as (connection, chunks):
            if moment is Moment.WRITING:
                next(chunk for chunk in chunks if _delta(chunk).get("content"))
            else:
                time.sleep(_INTO_READING_S)
            begun = time.perf_counter()
            if connection.sock is not None:
                connection.sock.shutdown(socket.SHUT_RDWR)
            connection.close()
            while any(slot["is_processing"] for slot in self._get("/slots")):
                time.sleep(0.002)
            return time.perf_counter() - begun

    def restart(self) -> None:
        self.close()
        self._start()

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()

    def _start(self) -> None:
        port = _free_port()
        environment = dict(os.environ)
        environment.pop("OMP_WAIT_POLICY", None)
        if self._wait_policy is not None:
            environment["OMP_WAIT_POLICY"] = self._wait_policy
        self._address = ("127.0.0.1", port)
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command(port),
                cwd=PROJECT,
                env=environment | {"PYTHONPATH": str(PROJECT / "tests")},
                stdout=log,
                stderr=log,
            )
        give_up = time.monotonic() + _START_S
        while not self._is_healthy():
            if self._process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError("the server did not start; see its log")
            time.sleep(0.05)

    def _command(self, port: int) -> list[str]:
        files = self._model.files
        threads = psutil.cpu_count(logical=False) or 1
        values = {
            "--model": files.model,
            "--mmproj": files.projector,
            "--ctx-size": self._model.context_length,
            "--threads": threads,
            "--port": port,
        }
        if self._model.picture_tokens is not None:
            values["--image-max-tokens"] = self._model.picture_tokens
        program = (
            [str(self._program)]
            if self._program is not None
            else [sys.executable, "-m", "bench.peer.server"]
        )
        return program + [str(word) for pair in values.items() for word in pair]

    def _is_healthy(self) -> bool:
        try:
            return bool(self._get("/health").get("status") == "ok")
        except (OSError, ValueError):
            return False

    def _get(self, path: str) -> Any:
        connection = http.client.HTTPConnection(*self._address, timeout=30)
        try:
            connection.request("GET", path)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def _body(self, messages: Sequence[Message], max_tokens: int, thinking: bool) -> dict[str, Any]:
        body = {
            "messages": [_message(message) for message in messages],
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
            "chat_template_kwargs": {"enable_thinking": thinking},
        }
        if self._model.writes_noise:
            body["ignore_eos"] = True
        return body

    @contextmanager
    def _stream(
        self, body: Mapping[str, Any]
    ) -> Iterator[tuple[http.client.HTTPConnection, Iterator[Mapping[str, Any]]]]:
        connection = http.client.HTTPConnection(*self._address, timeout=_LONGEST_S)
        try:
            connection.request(
                "POST",
                "/v1/chat/completions",
                json.dumps(body),
                {"Content-Type": "application/json"},
            )
            yield connection, _chunks(connection)
        finally:
            connection.close()


def _chunks(connection: http.client.HTTPConnection) -> Iterator[Mapping[str, Any]]:
    """The server-sent events of an answer."""
    response = connection.getresponse()
    if response.status != http.client.OK:
        raise RuntimeError(response.read().decode())
    while line := response.readline():
        if line.startswith(b"data: ") and not line.startswith(b"data: [DONE]"):
            yield json.loads(line[len(b"data: ") :])


def _delta(chunk: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = chunk.get("choices")
    return choices[0].get("delta") or {} if choices else {}


def _message(message: Message) -> dict[str, Any]:
    if all(isinstance(part, Text) for part in message.parts):
        text = "".join(part.text for part in message.parts if isinstance(part, Text))
        return {"role": message.role.value, "content": text}
    return {
        "role": message.role.value,
        "content": [_item(part) for part in message.parts if isinstance(part, Text | Image)],
    }


def _item(part: Text | Image) -> dict[str, Any]:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    data = base64.b64encode(part.path.read_bytes()).decode()
    return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}


def _free_port() -> int:
    with socket.socket() as finder:
        finder.bind(("127.0.0.1", 0))
        return int(finder.getsockname()[1])
