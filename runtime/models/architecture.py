"""The architecture numbers of a model that decide its memory and speed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionArchitecture:
    """A vision tower.

    Attributes:
        depth: its layers
        hidden: their width
        feed_forward: width inside their feed-forward parts
        heads: attention heads
    """

    depth: int
    hidden: int
    feed_forward: int
    heads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelArchitecture:
    """A Qwen3.5 text network.

    Attributes:
        layers: all layers, without the multi-token prediction layer
        attention_layers: those with full attention, the only ones with a KV cache
        hidden: width of the residual stream
        feed_forward: width inside the feed-forward parts
        heads: attention heads
        kv_heads: key and value heads of an attention layer
        head_width: of one attention head
        ssm_inner: inner width of a Gated DeltaNet layer
        ssm_state: its state's size per head
        ssm_groups: its groups
        convolution: its convolution's length
        vocabulary: tokens
        tied_embeddings: whether input and output share one matrix
        draft_layers: multi-token prediction layers in the file
        trained_context: tokens
        parameters: weights of the text network
    """

    layers: int
    attention_layers: int
    hidden: int
    feed_forward: int
    heads: int
    kv_heads: int
    head_width: int
    ssm_inner: int
    ssm_state: int
    ssm_groups: int
    convolution: int
    vocabulary: int
    tied_embeddings: bool
    draft_layers: int
    trained_context: int
    parameters: int
