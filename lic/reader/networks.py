"""The reader's network: small transformer layers on the encoder's frozen token states.

Two layers (Vaswani et al. 2017) over the states of the encoder's layers; they look at those of LIC's reply before the turn too. They say which act
the turn is and on which pieces its facts hang; two more then read the message once more for each of these anchors and mark the pieces that
belong to this one fact, so that facts may share words: one row of marks for each extraction, as in iterative grid labeling (Kolluru et al. 2020).
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, linear

from lic.types import ACTS

MARKS = ("O", "S", "R", "V", "T", "D", "A")
"""Outside, subject, relation, value, time, denied value, what the subject stands for."""
FACT_SECTIONS = ("domain_knowledge", "individual_experiences", "emotional_states", "manner")
SURFACE = 8
WIDTH = 192
HEADS = 4
LAYERS = 2
ROW_LAYERS = 2
NEAR = 20
"""So many pieces to either side an anchor's distance is told; farther ones count as that far."""


class Layer(nn.Module):
    """One transformer layer with its norms first (Xiong et al. 2020), and dropout of whole features of a sequence (Gal and Ghahramani 2016)."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.attending = nn.Linear(width, 3 * width)
        self.joining = nn.Linear(width, width)
        self.widening = nn.Linear(width, 2 * width)
        self.narrowing = nn.Linear(2 * width, width)
        self.before_attending = nn.LayerNorm(width)
        self.before_widening = nn.LayerNorm(width)

    def forward(self, x: Tensor, mask: Tensor | None, beside: Tensor | None = None) -> Tensor:
        """Shape (b, n, width) in and out; `mask` (b, 1, 1, n + m) is True where there is something to attend to.

        `beside` (b, m, width) is only looked at: what it says is not worked out further.
        """
        batch, n, width = x.shape
        seen = self.before_attending(x if beside is None else torch.cat((x, beside), dim=1))
        weight, bias = self.attending.weight, self.attending.bias
        asking = linear(seen[:, :n], weight[:width], bias[:width]).view(batch, n, HEADS, width // HEADS).transpose(1, 2)
        parts = linear(seen, weight[width:], bias[width:]).view(batch, seen.shape[1], 2, HEADS, width // HEADS).permute(2, 0, 3, 1, 4)
        asked, answers = parts.unbind(0)
        # Written out: for the few pieces of a message the fused kernel is slower, its gradient many times.
        scores = asking @ asked.transpose(-1, -2) * (width // HEADS) ** -0.5
        found = (scores if mask is None else scores.masked_fill(~mask, -1e4)).softmax(-1).to(answers.dtype) @ answers
        x = x + self._dropped(self.joining(found.transpose(1, 2).reshape(batch, n, width)))
        widened = self._dropped(gelu(self.widening(self.before_widening(x))))
        return x + self._dropped(self.narrowing(widened))

    def _dropped(self, x: Tensor) -> Tensor:
        return dropped(x, self.dropout) if self.training else x


class ReaderNetwork(nn.Module):
    """The weights; `read` takes padded batches, `rows` the facts that were found in them."""

    def __init__(self, state_size: int, width: int = WIDTH, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = dropout
        self.text = nn.Linear(state_size + SURFACE, width)
        self.kind = nn.Embedding(3, width)
        self.query = nn.Parameter(torch.zeros(width))
        self.layers = nn.ModuleList(Layer(width, dropout) for _ in range(LAYERS))
        self.norm = nn.LayerNorm(width)
        self.acts = nn.Linear(width, len(ACTS))
        self.anchors = nn.Linear(width, 1)
        self.anchored = nn.Linear(width, width)
        self.distance = nn.Embedding(2 * NEAR + 2, width)
        self.row_layers = nn.ModuleList(Layer(width, dropout) for _ in range(ROW_LAYERS))
        self.row_norm = nn.LayerNorm(width)
        self.marks = nn.Linear(width, len(MARKS))
        self.kept = nn.Linear(width, 1)
        self.sections = nn.Linear(width, len(FACT_SECTIONS))
        self.many = nn.Linear(width, 1)
        nn.init.normal_(self.query, std=0.02)
        nn.init.normal_(self.distance.weight, std=0.3)

    def read(self, text: Tensor, text_mask: Tensor, previous: Tensor, previous_mask: Tensor) -> dict[str, Tensor]:
        """Read text (b, n, state size + 8) and previous (b, m, state size + 8) with their masks (True where there is a piece).

        Gives `states` (b, 1 + n, width), the turn's own first, `acts` (b, acts) and `anchors` (b, n), the last two as logits.
        """
        batch, n = text_mask.shape
        turn = (self.query + self.kind.weight[0]).expand(batch, 1, -1)
        here = self.text(text) + self.kind.weight[1]
        there = self.text(previous) + self.kind.weight[2]
        x = self._dropped(torch.cat((turn, here, there), dim=1))
        x, beside = x[:, : n + 1], x[:, n + 1 :] if there.shape[1] else None
        shown = torch.cat((torch.ones(batch, 1, dtype=torch.bool, device=text_mask.device), text_mask, previous_mask), dim=1)
        mask = attended(shown)
        for layer in self.layers:
            x = layer(x, mask, beside)
        states = self.norm(x)
        return {"states": states, "acts": self.acts(self._dropped(states[:, :1])[:, 0]), "anchors": self.anchors(states[:, 1:]).squeeze(-1)}

    def rows(self, states: Tensor, text_mask: Tensor, of: Tensor, anchors: Tensor) -> dict[str, Tensor]:
        """Read on for each of f facts: turn `of` (f,) of the batch, hanging on piece `anchors` (f,), where -1 is the turn as a whole.

        Gives `marks` (f, n, marks), `kept` (f, n), `sections` (f, sections) and `many` (f,), as logits.
        """
        n = text_mask.shape[1]
        x = states[of]
        at = x[torch.arange(len(of), device=of.device), anchors + 1]
        away = (torch.arange(-1, n, device=of.device) - anchors[:, None]).clamp(-NEAR, NEAR) + NEAR
        away = torch.where(anchors[:, None] < 0, 2 * NEAR + 1, away)
        x = x + self.anchored(at)[:, None] + self.distance(away)
        shown = torch.cat((torch.ones(len(of), 1, dtype=torch.bool, device=of.device), text_mask[of]), dim=1)
        x, mask = self._dropped(x), attended(shown)
        for layer in self.row_layers:
            x = layer(x, mask)
        x = self.row_norm(x)
        own = self._dropped(x[torch.arange(len(of), device=of.device), anchors + 1][:, None])[:, 0]
        pieces = self._dropped(x[:, 1:])
        return {"marks": self.marks(pieces), "kept": self.kept(pieces).squeeze(-1), "sections": self.sections(own), "many": self.many(own).squeeze(-1)}

    def _dropped(self, x: Tensor) -> Tensor:
        return dropped(x, self.dropout) if self.training else x


def dropped(x: Tensor, share: float) -> Tensor:
    """Features of a sequence set to zero, the same at each of its pieces; the rest is scaled up."""
    kept = torch.rand(x.shape[0], 1, x.shape[2], device=x.device) >= share
    return x * (kept / (1 - share)).to(x.dtype)


def attended(shown: Tensor) -> Tensor | None:
    """The mask of an attention; None where nothing is hidden, because attention without a mask is quicker."""
    return None if bool(shown.all()) else shown[:, None, None]
