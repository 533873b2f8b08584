"""Model files that are whole, but do not fit."""

from pathlib import Path

import gguf
import numpy as np

from runtime.models.installed_model import demo_model_files


def write_wider_projector(path: Path, *, width: int = 192) -> None:
    """The demo model's projector as if it belonged to a model of another width."""
    source = demo_model_files().projector
    assert source is not None
    reader = gguf.GGUFReader(source)
    writer = gguf.GGUFWriter(path, "clip")
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue
        value = width if field.name == "clip.vision.projection_dim" else field.contents()
        item = field.types[-1] if len(field.types) > 1 else None
        writer.add_key_value(field.name, value, field.types[0], sub_type=item)
    for tensor in reader.tensors:
        data = tensor.data
        if tensor.name.startswith("mm.2."):
            padding = [(0, width - data.shape[0]), *[(0, 0)] * (data.ndim - 1)]
            data = np.pad(data, padding)
        writer.add_tensor(tensor.name, data, raw_dtype=tensor.tensor_type)
    finish(writer)


def finish(writer: gguf.GGUFWriter) -> None:
    """Write all that a writer was given."""
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
