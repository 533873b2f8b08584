"""Models in a models folder, without their weights."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from app.model_manager.model_options import ModelKey
from runtime.models.installed_model import InstalledModel
from runtime.models.library.library import Library
from runtime.models.library.manifest import Manifest, manifest_file


def install(folder: Path, key: ModelKey) -> InstalledModel:
    """Put a model into a models folder, as a verified download does."""
    library = Library(folder)
    library.prepare()
    place = library.folder_for(*key)
    place.mkdir(exist_ok=True)
    path = place / "model.gguf"
    content = b"GGUF" + bytes(96)
    path.write_bytes(content)
    manifest = Manifest(
        name=key[0],
        quantisation=key[1],
        verified=datetime.now(UTC).isoformat(),
        model=manifest_file(path, stored_as=path.name, sha256=hashlib.sha256(content).hexdigest()),
    )
    return library.install(place, manifest)
