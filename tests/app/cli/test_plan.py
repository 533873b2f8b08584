"""`sideglance plan`: which model for which computer."""

import json
import re
from io import StringIO
from pathlib import Path

import pytest

from app.cli.arguments import parse
from app.cli.console import Console
from app.cli.plan import CHOSEN, NOTHING, PlanArguments, run_plan

KEYS = {
    "model",
    "quantisation",
    "context",
    "kv_type",
    "gpu_layers",
    "device",
    "projector_on",
    "expected_bytes",
    "expected_tokens_per_s",
    "expected_prompt_s",
    "expected_screenshot_s",
    "reason",
    "next_better",
}


def planned(*arguments: str) -> tuple[int, str, str]:
    parsed = parse(["plan", *arguments])
    assert isinstance(parsed, PlanArguments)
    out, err = StringIO(), StringIO()
    code = run_plan(parsed, Console(out, err))
    return code, out.getvalue(), err.getvalue()


def test_that_a_computer_is_planned_for_by_its_memory() -> None:
    code, out, _ = planned("--vram", "8GB", "--ram", "16 GB", "--json")
    plan = json.loads(out)
    assert code == CHOSEN
    assert set(plan) == KEYS
    assert plan["model"] == "Qwen3.5 9B"
    assert plan["gpu_layers"] == -1
    assert plan["expected_bytes"] < 8 << 30


def test_that_a_plan_says_what_it_is_in_words() -> None:
    code, out, _ = planned("--ram", "16GB")
    assert code == CHOSEN
    assert out.startswith("Qwen3.5 4B at ")
    assert "all on the processor" in out
    assert re.search(r"^It reads 1,000 tokens of text in about [\d.]+ seconds and a ", out, re.M)


def test_that_this_computer_is_looked_at_without_options(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SIDEGLANCE_HOME", str(tmp_path))
    code, out, err = planned("--json")
    assert (code == CHOSEN and json.loads(out)["model"]) or (code == NOTHING and err)


def test_that_nothing_that_fits_is_said() -> None:
    code, out, err = planned("--ram", "512MB")
    assert (code, out) == (NOTHING, "")
    assert err


def test_that_a_recording_that_is_not_there_is_said(tmp_path: Path) -> None:
    code, _, err = planned("--machine", str(tmp_path / "gone.json"))
    assert code == NOTHING
    assert "gone.json" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--vram", "8GB"],
        ["--ram", "lots"],
        ["--ram", "0GB"],
        ["--ram", "99999GB"],
        ["--machine", "a.json", "--ram", "8GB"],
    ],
)
def test_that_wrong_usage_is_explained(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ending:
        parse(["plan", *arguments])
    assert ending.value.code == 2
    assert "error:" in capsys.readouterr().err
