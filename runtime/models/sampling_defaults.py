"""How each model wants to be run, as its publisher says."""

from dataclasses import dataclass

_DEMONSTRATION_NAME = "Sideglance demo"

# A 0.8B or 2B model has fewer parameters than this, a 4B or 9B model more.
_SMALL_PARAMETERS = 3_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingSettings:
    """The parameters of a sampler chain, in llama.cpp's terms.

    Attributes:
        temperature: 0 is greedy decoding, which ignores the others
        presence_penalty: applies to generated tokens only, as in Qwen's own serving
    """

    temperature: float
    top_k: int = 20
    top_p: float = 1.0
    min_p: float = 0.0
    presence_penalty: float = 0.0


GREEDY = SamplingSettings(temperature=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDefaults:
    """What to know about a model beyond its file.

    Attributes:
        name: for people
        small: 0.8B or 2B, which have settings of their own
        thinks_by_default: whether the publisher has it think first
        picture_tokens: most tokens a picture may take; None is the projector's own limit
        demonstration: the model we ship to try the program out
    """

    name: str
    small: bool
    thinks_by_default: bool
    picture_tokens: int | None = None
    demonstration: bool = False

    def sampling(self, *, thinking: bool, pictures: bool) -> SamplingSettings:
        """The published settings (model cards of Qwen3.5 0.8B, 2B, 4B and 9B)."""
        if self.demonstration:
            return GREEDY
        if self.small:
            return _SMALL[thinking, pictures]
        return _LARGE_THINKING if thinking else _LARGE_PLAIN


_LARGE_THINKING = SamplingSettings(temperature=1.0, top_p=0.95, presence_penalty=1.5)
_LARGE_PLAIN = SamplingSettings(temperature=0.7, top_p=0.8, presence_penalty=1.5)
_SMALL = {  # (thinking, pictures)
    (True, False): SamplingSettings(temperature=1.0, top_p=0.95, presence_penalty=1.5),
    (True, True): SamplingSettings(temperature=0.6, top_p=0.95),
    (False, False): SamplingSettings(temperature=1.0, top_p=1.0, presence_penalty=2.0),
    (False, True): SamplingSettings(temperature=0.7, top_p=0.8, presence_penalty=1.5),
}


def defaults_of(*, name: str, file_name: str, parameters: int) -> ModelDefaults:
    """The profile of a loaded model.

    Args:
        name: `general.name` of the GGUF file; may be empty
        file_name: what to call the model when it has no name
        parameters: how many weights it has
    """
    if name == _DEMONSTRATION_NAME:
        # Sizes and limits from the model's own card. 24 tokens are its largest training
        # picture, 192 x 128; a large square picture still becomes 4 x 4 tokens.
        return ModelDefaults(
            name=name,
            small=True,
            thinks_by_default=False,
            picture_tokens=24,
            demonstration=True,
        )
    small = parameters < _SMALL_PARAMETERS
    # The cards of 0.8B and 2B answer directly by default, those of 4B and 9B think first.
    return ModelDefaults(name=name or file_name, small=small, thinks_by_default=not small)
