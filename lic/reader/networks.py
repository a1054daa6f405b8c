"""The reader's networks: one as it is trained, and several stacked, as they read.

Two transformer layers (Vaswani et al. 2017) over the states of a middle and the last encoder layer, joined with the frozen input
embeddings of the previous reply, so that context costs no second pass of the encoder.
"""

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, layer_norm, scaled_dot_product_attention

from lic.types import ACTS

MARKS = ("O", "S", "R", "V", "T", "D")
"""Outside, subject, relation, value, time, denied value."""
FACT_SECTIONS = ("domain_knowledge", "individual_experiences", "emotional_states", "manner")
SURFACE = 8
WIDTH = 192
HEADS = 4
LAYERS = 2
OUTPUTS = {"acts": len(ACTS), "marks": len(MARKS), "boundary": 1, "sections": len(FACT_SECTIONS), "many": 1}
"""The linear outputs with their widths; the acts are read at the query, the others at each piece."""
Affine = tuple[Tensor, Tensor]
"""Bias and weights of one linear map in each network, shapes (networks, 1, out) and (networks, in, out)."""


class ReaderNetwork(nn.Module):
    """The weights; `forward` takes padded batches."""

    def __init__(self, dimension: int = 384, width: int = WIDTH, dropout: float = 0.0) -> None:
        super().__init__()
        self.text = nn.Linear(2 * dimension + SURFACE, width)
        self.previous = nn.Linear(dimension, width)
        self.kind = nn.Embedding(3, width)
        self.query = nn.Parameter(torch.zeros(width))
        self.drop = nn.Dropout(dropout)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(width, HEADS, 2 * width, dropout, "gelu", batch_first=True, norm_first=True) for _ in range(LAYERS)
        )
        self.norm = nn.LayerNorm(width)
        self.acts = nn.Linear(width, len(ACTS))
        self.marks = nn.Linear(width, len(MARKS))
        self.boundary = nn.Linear(width, 1)
        self.sections = nn.Linear(width, len(FACT_SECTIONS))
        self.many = nn.Linear(width, 1)

    def forward(self, text: Tensor, text_mask: Tensor, previous: Tensor, previous_mask: Tensor) -> dict[str, Tensor]:
        """Read a batch: text (b, n, 2 d + 8) and previous (b, m, d) with their masks (True where there is a piece)."""
        batch, n = text_mask.shape
        query = (self.query + self.kind.weight[0]).expand(batch, 1, -1)
        here = self.text(text) + self.kind.weight[1]
        there = self.previous(previous) + self.kind.weight[2] + _positions(previous.shape[1], here.shape[-1]).to(here)
        x = self.drop(torch.cat((query, here, there), dim=1))
        hidden = ~torch.cat((torch.ones(batch, 1, dtype=torch.bool, device=text_mask.device), text_mask, previous_mask), dim=1)
        # A turn read alone has no padding, and without a mask the layers take a shorter way.
        padding = hidden if bool(hidden.any()) else None
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=padding)
        x = self.norm(x)
        pieces = x[:, 1 : n + 1]
        return {
            "act": x[:, 0],
            "acts": self.acts(self.drop(x[:, 0])),
            "marks": self.marks(self.drop(pieces)),
            "boundary": self.boundary(pieces).squeeze(-1),
            "sections": self.sections(self.drop(pieces)),
            "many": self.many(self.drop(pieces)).squeeze(-1),
        }


class Ensemble:
    """Trained networks of one shape, stacked: each step is one matrix product for all of them instead of one for each.

    Layer norms that stand before a linear map are folded into it. What comes out is what the networks say one by one.
    """

    def __init__(self, networks: Sequence[ReaderNetwork]) -> None:
        def stacked(of: Callable[[ReaderNetwork], Tensor]) -> Tensor:
            return torch.stack([of(network).detach() for network in networks]).contiguous()

        def affine(weight: Callable[[ReaderNetwork], Tensor], bias: Callable[[ReaderNetwork], Tensor]) -> Affine:
            return stacked(lambda n: bias(n)[None]), stacked(lambda n: weight(n).T)

        def normed(linear: Callable[[ReaderNetwork], Affine], norm: Callable[[ReaderNetwork], nn.LayerNorm]) -> Affine:
            return affine(lambda n: linear(n)[0] * norm(n).weight, lambda n: linear(n)[1] + linear(n)[0] @ norm(n).bias)

        def layer(i: int) -> tuple[Affine, Affine, Affine, Affine]:
            def at(n: ReaderNetwork) -> nn.TransformerEncoderLayer:
                found = n.layers[i]
                assert isinstance(found, nn.TransformerEncoderLayer)
                return found

            return (
                normed(lambda n: (at(n).self_attn.in_proj_weight, at(n).self_attn.in_proj_bias), lambda n: at(n).norm1),
                affine(lambda n: at(n).self_attn.out_proj.weight, lambda n: at(n).self_attn.out_proj.bias),
                normed(lambda n: (at(n).linear1.weight, at(n).linear1.bias), lambda n: at(n).norm2),
                affine(lambda n: at(n).linear2.weight, lambda n: at(n).linear2.bias),
            )

        self.size = len(networks)
        self._query = stacked(lambda n: (n.query + n.kind.weight[0])[None])
        self._text = affine(lambda n: n.text.weight, lambda n: n.text.bias + n.kind.weight[1])
        self._previous = affine(lambda n: n.previous.weight, lambda n: n.previous.bias + n.kind.weight[2])
        self._layers = [layer(i) for i in range(LAYERS)]
        self._norm = stacked(lambda n: n.norm.weight[None]), stacked(lambda n: n.norm.bias[None])
        self._outputs = affine(
            lambda n: torch.cat([getattr(n, name).weight for name in OUTPUTS]), lambda n: torch.cat([getattr(n, name).bias for name in OUTPUTS])
        )

    def __call__(self, text: Tensor, text_mask: Tensor, previous: Tensor, previous_mask: Tensor) -> dict[str, Tensor]:
        """What `ReaderNetwork.forward` gives, with the networks as a further first dimension."""
        (batch, n), m, networks = text_mask.shape, previous_mask.shape[1], self.size
        length = 1 + n + m
        query = self._query[:, :, None].expand(networks, batch, 1, WIDTH)
        here = _mapped(self._text, text.reshape(1, batch * n, -1).expand(networks, -1, -1)).view(networks, batch, n, WIDTH)
        there = _mapped(self._previous, previous.reshape(1, batch * m, -1).expand(networks, -1, -1)).view(networks, batch, m, WIDTH) + _positions(m, WIDTH)
        x = torch.cat((query, here, there), dim=2).view(networks, batch * length, WIDTH)
        shown = torch.cat((torch.ones(batch, 1, dtype=torch.bool), text_mask, previous_mask), dim=1)
        # A turn read alone has no padding, and attention without a mask is quicker.
        mask = None if bool(shown.all()) else shown.repeat(networks, 1)[:, None, None]
        for attending, joining, widening, narrowing in self._layers:
            parts = _mapped(attending, layer_norm(x, (WIDTH,))).view(networks * batch, length, 3, HEADS, WIDTH // HEADS)
            asking, asked, answers = parts.permute(2, 0, 3, 1, 4).unbind(0)
            found = scaled_dot_product_attention(asking, asked, answers, attn_mask=mask)
            x = x + _mapped(joining, found.transpose(1, 2).reshape(networks, batch * length, WIDTH))
            x = x + _mapped(narrowing, gelu(_mapped(widening, layer_norm(x, (WIDTH,)))))
        x = layer_norm(x, (WIDTH,)) * self._norm[0] + self._norm[1]
        said = _mapped(self._outputs, x).view(networks, batch, length, -1).split(list(OUTPUTS.values()), dim=-1)
        found = dict(zip(OUTPUTS, said, strict=True))
        of_pieces = {name: value[:, :, 1 : n + 1].squeeze(-1) if value.shape[-1] == 1 else value[:, :, 1 : n + 1] for name, value in found.items()}
        return {**of_pieces, "act": x.view(networks, batch, length, WIDTH)[:, :, 0], "acts": found["acts"][:, :, 0]}


def merged(networks: Sequence[ReaderNetwork]) -> dict[str, Tensor]:
    """The weights of networks in half precision, in the one form that a reader loads."""
    return {f"{i}.{name}": value.half().contiguous() for i, network in enumerate(networks) for name, value in network.state_dict().items()}


def members(weights: Mapping[str, Tensor], dimension: int) -> list[ReaderNetwork]:
    """The networks whose weights were merged. Raises RuntimeError where they do not fit."""
    states: dict[str, dict[str, Tensor]] = {}
    for name, value in weights.items():
        member, _, own = name.partition(".")
        states.setdefault(member, {})[own] = value
    networks = [ReaderNetwork(dimension) for _ in states]
    for network, member in zip(networks, sorted(states), strict=True):
        network.load_state_dict(states[member])
        network.eval().requires_grad_(False)
    return networks


def _mapped(affine: Affine, x: Tensor) -> Tensor:
    return torch.baddbmm(affine[0], x, affine[1])


def _positions(n: int, width: int) -> Tensor:
    angle = torch.arange(n)[:, None] / 10_000 ** (torch.arange(0, width, 2) / width)
    return 0.3 * torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)
