"""The demonstration model that ships with the program."""

from importlib.resources import files
from pathlib import Path

from runtime.requests import ModelFiles


def demo_model_files() -> ModelFiles:
    """The demonstration model's two files, beside our other resources."""
    folder = Path(str(files("resources"))) / "demo_model"
    return ModelFiles(
        model=folder / "sideglance-demo-Q8_0.gguf",
        projector=folder / "sideglance-demo-mmproj-F16.gguf",
    )
