import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.models.library.models_folder import free_name, safe_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Qwen3.5 4B Q4_K_M", "Qwen3.5 4B Q4_K_M"),
        ("модель 模型", "модель 模型"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "model"),
        ("", "model"),
        ("con", "model con"),
        ("NUL.gguf", "model NUL.gguf"),
        ("a\nb:c", "a_b_c"),
        ("ends with dots...", "ends with dots"),
        ("e\u0301", "\u00e9"),
    ],
)
def test_that_a_name_is_safe_on_any_drive(text: str, name: str) -> None:
    assert safe_name(text) == name


@given(st.text())
def test_that_any_text_becomes_one_folder_name(text: str) -> None:
    name = safe_name(text)
    assert name
    assert not name.startswith(".")
    assert "/" not in name
    assert len(name.encode()) <= 130


def test_that_a_taken_name_gets_a_number_whatever_its_case() -> None:
    assert free_name("Model", ["model", "MODEL (2)"]) == "Model (3)"
