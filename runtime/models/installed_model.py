"""A model whose files are on this machine: downloaded, imported, or the demonstration."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from runtime.requests import ModelFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledModel:
    """A model that can be loaded.

    Attributes:
        name: the catalogue's name, or the imported file's own
        quantisation: such as "Q4_K_M"
        size_bytes: of all its files
        is_ours: the files lie in the models folder and are deleted with the model; otherwise
            they stay where the user has them
    """

    name: str
    quantisation: str
    files: ModelFiles
    size_bytes: int
    is_ours: bool = True


def demo_model_files() -> ModelFiles:
    """The demonstration model's two files, beside our other resources."""
    folder = Path(str(files("resources"))) / "demo_model"
    return ModelFiles(
        model=folder / "sideglance-demo-Q8_0.gguf",
        projector=folder / "sideglance-demo-mmproj-F16.gguf",
    )
