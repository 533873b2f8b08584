"""A model with the true shapes of Qwen3.5 and nothing in it: memory does not depend on values."""

from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType, TokenType
from helpers.model_files import finish

from runtime.models.architecture import ModelArchitecture, VisionArchitecture
from runtime.requests import ModelFiles

_MERGES = 247_000
_PATCH = 16
_POSITIONS = 2304
# Picture tokens are squares of 2 x 2 patches.
_MERGED = 4


def write_empty_model(
    folder: Path, shape: ModelArchitecture, vision: VisionArchitecture
) -> ModelFiles:
    """Write language model (Q8_0) and projector (F16); for 0.8B 800 and 200 MB."""
    files = ModelFiles(model=folder / "empty-Q8_0.gguf", projector=folder / "empty-mmproj-F16.gguf")
    assert files.projector is not None
    _write_language(files.model, shape)
    _write_projector(files.projector, vision, shape.hidden)
    return files


def _write_language(path: Path, shape: ModelArchitecture) -> None:
    writer = gguf.GGUFWriter(path, "qwen35")
    writer.add_block_count(shape.layers)
    writer.add_context_length(shape.trained_context)
    writer.add_embedding_length(shape.hidden)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head_width)
    writer.add_value_length(shape.head_width)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(1e7)
    writer.add_rope_dimension_count(64)
    writer.add_rope_dimension_sections([11, 11, 10, 0])
    writer.add_ssm_conv_kernel(shape.convolution)
    writer.add_ssm_state_size(shape.ssm_state)
    writer.add_ssm_group_count(shape.ssm_groups)
    writer.add_ssm_time_step_rank(shape.ssm_inner // shape.ssm_state)
    writer.add_ssm_inner_size(shape.ssm_inner)
    writer.add_full_attention_interval(shape.layers // shape.attention_layers)
    _add_vocabulary(writer, shape.vocabulary)
    _Tensors(writer).add_language(shape)
    finish(writer)


def _add_vocabulary(writer: gguf.GGUFWriter, size: int) -> None:
    # As long as words are: tokens and merges take a good part of what a process takes.
    tokens = [f"tok{number:06}" for number in range(size)]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen35")
    writer.add_token_list(tokens)
    writer.add_token_types([TokenType.NORMAL] * (size - 1) + [TokenType.CONTROL])
    writer.add_token_merges([f"{token[:4]} {token[4:]}" for token in tokens[:_MERGES]])
    writer.add_eos_token_id(size - 1)
    writer.add_add_bos_token(False)
    writer.add_chat_template("{% for message in messages %}{{ message['content'] }}{% endfor %}")


def _write_projector(path: Path, vision: VisionArchitecture, width: int) -> None:
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_type("mmproj")
    writer.add_clip_has_vision_encoder(True)
    writer.add_clip_projector_type("qwen3vl_merger")
    writer.add_vision_projection_dim(width)
    writer.add_vision_image_size(768)
    writer.add_vision_patch_size(_PATCH)
    writer.add_vision_embedding_length(vision.hidden)
    writer.add_vision_feed_forward_length(vision.feed_forward)
    writer.add_vision_block_count(vision.depth)
    writer.add_vision_head_count(vision.heads)
    writer.add_vision_attention_layernorm_eps(1e-6)
    writer.add_vision_use_gelu(True)
    writer.add_vision_spatial_merge_size(2)
    writer.add_vision_image_mean([0.5] * 3)
    writer.add_vision_image_std([0.5] * 3)
    writer.add_vision_is_deepstack_layers([False] * vision.depth)
    _Tensors(writer).add_projector(vision, width)
    finish(writer)


class _Tensors:
    """Adds tensors of zeros, which take no memory until they are written."""

    def __init__(self, writer: gguf.GGUFWriter) -> None:
        self._writer = writer

    def add_language(self, shape: ModelArchitecture) -> None:
        """Those of the text network."""
        hidden, attention = shape.hidden, shape.head_width * shape.heads
        keys = shape.head_width * shape.kv_heads
        channels = shape.ssm_inner + 2 * shape.ssm_groups * shape.ssm_state
        heads = shape.ssm_inner // shape.ssm_state
        self._quantised("token_embd", shape.vocabulary, hidden)
        self._plain("output_norm.weight", hidden)
        for layer in range(shape.layers):
            here = f"blk.{layer}."
            self._plain(f"{here}attn_norm.weight", hidden)
            self._plain(f"{here}post_attention_norm.weight", hidden)
            if (layer + 1) % (shape.layers // shape.attention_layers) == 0:
                self._quantised(f"{here}attn_q", 2 * attention, hidden)
                self._quantised(f"{here}attn_k", keys, hidden)
                self._quantised(f"{here}attn_v", keys, hidden)
                self._quantised(f"{here}attn_output", hidden, attention)
                self._plain(f"{here}attn_q_norm.weight", shape.head_width)
                self._plain(f"{here}attn_k_norm.weight", shape.head_width)
            else:
                self._quantised(f"{here}attn_qkv", channels, hidden)
                self._quantised(f"{here}attn_gate", shape.ssm_inner, hidden)
                self._plain(f"{here}ssm_conv1d.weight", channels, shape.convolution)
                self._plain(f"{here}ssm_dt.bias", heads)
                self._plain(f"{here}ssm_a", heads)
                self._quantised(f"{here}ssm_beta", heads, hidden)
                self._quantised(f"{here}ssm_alpha", heads, hidden)
                self._plain(f"{here}ssm_norm.weight", shape.ssm_state)
                self._quantised(f"{here}ssm_out", hidden, shape.ssm_inner)
            self._quantised(f"{here}ffn_gate", shape.feed_forward, hidden)
            self._quantised(f"{here}ffn_up", shape.feed_forward, hidden)
            self._quantised(f"{here}ffn_down", hidden, shape.feed_forward)

    def add_projector(self, vision: VisionArchitecture, width: int) -> None:
        """Those of the vision tower and the projection."""
        hidden, merged = vision.hidden, _MERGED * vision.hidden
        self._half("v.patch_embd.weight", hidden, 3, _PATCH, _PATCH)
        self._half("v.patch_embd.weight.1", hidden, 3, _PATCH, _PATCH)
        self._plain("v.patch_embd.bias", hidden)
        self._plain("v.position_embd.weight", _POSITIONS, hidden)
        self._norm("v.post_ln", hidden)
        for layer in range(vision.depth):
            here = f"v.blk.{layer}."
            self._norm(f"{here}ln1", hidden)
            self._norm(f"{here}ln2", hidden)
            self._linear(f"{here}attn_qkv", 3 * hidden, hidden)
            self._linear(f"{here}attn_out", hidden, hidden)
            self._linear(f"{here}ffn_up", vision.feed_forward, hidden)
            self._linear(f"{here}ffn_down", hidden, vision.feed_forward)
        self._linear("mm.0", merged, merged)
        self._linear("mm.2", width, merged)

    def _linear(self, name: str, rows: int, columns: int) -> None:
        self._half(f"{name}.weight", rows, columns)
        self._plain(f"{name}.bias", rows)

    def _norm(self, name: str, width: int) -> None:
        self._plain(f"{name}.weight", width)
        self._plain(f"{name}.bias", width)

    def _quantised(self, name: str, rows: int, columns: int) -> None:
        # Blocks of 32 weights in 34 bytes.
        self._writer.add_tensor(
            f"{name}.weight",
            np.zeros((rows, columns // 32 * 34), np.uint8),
            raw_dtype=GGMLQuantizationType.Q8_0,
        )

    def _half(self, name: str, *shape: int) -> None:
        self._writer.add_tensor(name, np.zeros(shape, np.float16))

    def _plain(self, name: str, *shape: int) -> None:
        self._writer.add_tensor(name, np.zeros(shape, np.float32))
