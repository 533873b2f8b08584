"""A loaded language model: its vocabulary, its metadata, its way from text to tokens and back."""

import ctypes
import re
from collections.abc import Callable
from pathlib import Path

import llama_cpp

from runtime.engine.llama_library import NativeLog, find_device
from runtime.engine.llama_log import check_model_file, device_used, model_failure
from runtime.problems import EngineFailure, ModelFailure, Problem

# A GGUF file with more than this in one metadata value is not worth reading on.
_LONGEST_VALUE = 1 << 20
# These are not special to llama.cpp ("user defined"), so it would read them in anybody's text;
# cut behind the bracket they are only letters.
_SOFT_MARKER = re.compile(r"(?<=<)(?=/?(?:think|tool_call|tool_response)>)")


class Model:
    """A language model in memory.

    Attributes:
        pointer: llama.cpp's model, for the other modules of this package
        device: where its weights are, for people
        template: the chat template out of its file
    """

    def __init__(
        self,
        path: Path,
        *,
        gpu_layers: int,
        device: str | None,
        extra_layer: bool,
        native_log: NativeLog,
        progress: Callable[[float], bool],
    ) -> None:
        """Load a GGUF file.

        Args:
            path: the file
            gpu_layers: 0 runs on the CPU alone, -1 places all layers on the GPU
            device: ggml's name of that GPU; None lets llama.cpp use what it finds
            extra_layer: load the layer for multi-token prediction, if there is one
            native_log: where llama.cpp says what went wrong
            progress: called with 0..1; returning False stops loading

        Raises:
            ModelFailure: with the reason as far as llama.cpp tells it, or LOAD_STOPPED
            EngineFailure: DEVICE_MISSING
        """
        check_model_file(path)
        parameters = llama_cpp.llama_model_default_params()
        parameters.load_mtp = extra_layer
        devices = _place(parameters, gpu_layers, device)
        going_on = True

        def report(fraction: float, _user_data: object) -> bool:
            nonlocal going_on
            going_on = progress(fraction)
            return going_on

        callback = llama_cpp.llama_progress_callback(report)
        parameters.progress_callback = callback
        with native_log.listening() as lines:
            self.pointer = llama_cpp.llama_model_load_from_file(str(path).encode(), parameters)
            # Only now may the list go: the parameters hold a bare pointer to it.
            del devices
        if not self.pointer:
            if not going_on:
                raise ModelFailure(Problem.LOAD_STOPPED, path.name)
            raise model_failure(path, lines)
        self.device = device_used(lines)
        self._vocabulary = llama_cpp.llama_model_get_vocab(self.pointer)
        self._is_end = llama_cpp.llama_vocab_is_eog
        template = llama_cpp.llama_model_chat_template(self.pointer, None)
        if not template:
            self.close()
            raise ModelFailure(Problem.MODEL_WITHOUT_TEMPLATE, path.name)
        self.template: str = template.decode()

    @property
    def vocabulary_size(self) -> int:
        """How many tokens the model knows."""
        return int(llama_cpp.llama_vocab_n_tokens(self._vocabulary))

    @property
    def parameters(self) -> int:
        """How many weights the model has."""
        return int(llama_cpp.llama_model_n_params(self.pointer))

    @property
    def trained_context(self) -> int:
        """The longest context it was trained for, in tokens."""
        return int(llama_cpp.llama_model_n_ctx_train(self.pointer))

    @property
    def embedding_width(self) -> int:
        """Floats of one input embedding."""
        return int(llama_cpp.llama_model_n_embd_inp(self.pointer))

    @property
    def has_extra_layer(self) -> bool:
        """Whether the file carries a layer for multi-token prediction."""
        return int(llama_cpp.llama_model_n_layer_nextn(self.pointer)) > 0

    def metadata(self, key: str) -> str:
        """A metadata value of the file as text; empty if there is none."""
        size = 256
        while size <= _LONGEST_VALUE:
            buffer = ctypes.create_string_buffer(size)
            length = llama_cpp.llama_model_meta_val_str(self.pointer, key.encode(), buffer, size)
            if length < 0:
                return ""
            if length < size:
                return buffer.value.decode(errors="replace")
            size = length + 1
        return ""

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        """Tokens of a text; BOS is never added.

        Args:
            text: any text
            special: read `<|im_end|>` and its like as the tokens they name; only ever for the
                template's own text
        """
        pieces = [text] if special else _SOFT_MARKER.split(text)
        return [token for piece in pieces for token in self._tokenize(piece, special=special)]

    def _tokenize(self, text: str, *, special: bool) -> list[int]:
        data = text.encode(errors="replace")
        # A token covers at least one byte, so this always fits.
        buffer = (llama_cpp.llama_token * (len(data) + 8))()
        count = llama_cpp.llama_tokenize(
            self._vocabulary, data, len(data), buffer, len(buffer), False, special
        )
        return list(buffer[:count])

    def piece(self, token: int) -> bytes:
        """The bytes a token stands for; they can end inside a character."""
        buffer = ctypes.create_string_buffer(256)
        length = llama_cpp.llama_token_to_piece(
            self._vocabulary, token, buffer, len(buffer), 0, True
        )
        return buffer.raw[: max(length, 0)]

    def ends_answer(self, token: int) -> bool:
        """Whether a token ends the model's turn, by llama.cpp's own judgement."""
        return bool(self._is_end(self._vocabulary, token))

    def close(self) -> None:
        """Free the weights."""
        if self.pointer:
            llama_cpp.llama_model_free(self.pointer)
            self.pointer = None


def _place(
    parameters: "llama_cpp.llama_model_params", gpu_layers: int, device: str | None
) -> object:
    """Say where the model goes; what it gives must live until the model is loaded."""
    parameters.n_gpu_layers = gpu_layers
    if gpu_layers == 0:
        # Zero layers alone still sends long prompts to a GPU that is there
        # (`facts/build.md` §2e); this is llama.cpp's true CPU mode.
        parameters.split_mode = llama_cpp.LLAMA_SPLIT_MODE_NONE
        parameters.main_gpu = -1
        return None
    if device is None:
        return None
    found = find_device(device)
    if found is None:
        raise EngineFailure(Problem.DEVICE_MISSING, device)
    devices = (ctypes.c_void_p * 2)(found, None)
    parameters.devices = ctypes.cast(devices, type(parameters.devices))
    return devices
