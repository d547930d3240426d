"""BSAST in eager PyTorch, with the tensor names of src/models/bsast."""

import torch
import torch.nn.functional as F
from torch import nn

TIME, FREQ, CHANNEL = 2, 3, 1  # axes of [batch, channels, frames, bands, dim]


class RmsNorm(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        return F.normalize(x, dim=-1) * (x.shape[-1] ** 0.5 * self.weight)


class BandIn(nn.Module):
    def __init__(self, width, dim):
        super().__init__()
        self.norm = RmsNorm(width)
        self.proj = nn.Linear(width, dim)

    def forward(self, x):
        return self.proj(self.norm(x))


class BandOut(nn.Module):
    def __init__(self, dim, width):
        super().__init__()
        setattr(self, "in", nn.Linear(dim, 4 * dim))
        self.out = nn.Linear(4 * dim, 2 * width)

    def forward(self, z):
        return F.glu(self.out(torch.tanh(getattr(self, "in")(z))), dim=-1)


class Film(nn.Module):
    def __init__(self, embedding, hidden, dim):
        super().__init__()
        setattr(self, "in", nn.Linear(embedding, hidden))
        self.out = nn.Linear(hidden, 2 * dim)

    def forward(self, x, query):
        gamma, beta = self.out(F.relu(getattr(self, "in")(query)))[:, None, None, None, :].chunk(2, dim=-1)
        return gamma * x + beta


def rotary_table(positions, extent, base=10_000.0):
    frequency = base ** (-torch.arange(0, extent, 2, dtype=torch.float64) / extent)
    angle = torch.arange(positions, dtype=torch.float64)[:, None] * frequency
    return angle.cos().float(), angle.sin().float()


def rotate(x, cosine, sine):
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cosine - odd * sine, odd * cosine + even * sine), dim=-1).flatten(-2)


class AxialAttention(nn.Module):
    def __init__(self, dim, heads, head_dim):
        super().__init__()
        self.heads, self.head_dim = heads, head_dim
        self.norm = RmsNorm(dim)
        self.qkv = nn.Linear(dim, 3 * heads * head_dim, bias=False)
        self.gate = nn.Linear(dim, heads)
        self.out = nn.Linear(heads * head_dim, dim, bias=False)
        self.tables = {}

    def forward(self, x, axis):
        normed = self.norm(x)
        qkv = self.qkv(normed).movedim(axis, -2)  # [..., positions, 3 * heads * head_dim]
        *lead, positions, _ = qkv.shape
        qkv = qkv.reshape(-1, positions, 3, self.heads, self.head_dim).permute(2, 0, 3, 1, 4)
        if positions not in self.tables:
            self.tables[positions] = rotary_table(positions, self.head_dim)
        cosine, sine = self.tables[positions]
        q, k = rotate(qkv[:2], cosine, sine)
        y = F.scaled_dot_product_attention(q, k, qkv[2])  # [sequences, heads, positions, head_dim]
        y = y.transpose(1, 2).reshape(*lead, positions, self.heads, self.head_dim).movedim(-3, axis)
        y = y * torch.sigmoid(self.gate(normed))[..., None]
        return self.out(y.flatten(-2))


class FeedForward(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.norm = RmsNorm(dim)
        setattr(self, "in", nn.Linear(dim, 4 * dim))
        self.out = nn.Linear(4 * dim, dim)

    def forward(self, x):
        return self.out(F.gelu(getattr(self, "in")(self.norm(x))))


class AxisLayer(nn.Module):
    def __init__(self, axis, config):
        super().__init__()
        dim, heads = config["dim"], config["heads"]
        self.axis = axis
        self.attention = AxialAttention(dim, heads, config.get("headDim", dim // heads))
        self.feedForward = FeedForward(dim) if config.get("feedForward", "axis") == "axis" else None

    def forward(self, x):
        x = x + self.attention(x, self.axis)
        return x + self.feedForward(x) if self.feedForward else x


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.time, self.freq, self.channel = (AxisLayer(axis, config) for axis in (TIME, FREQ, CHANNEL))
        self.feedForward = FeedForward(config["dim"]) if config.get("feedForward", "axis") == "block" else None

    def forward(self, x):
        x = self.channel(self.freq(self.time(x)))
        return x + self.feedForward(x) if self.feedForward else x


class Merge(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1, channels))

    def forward(self, x):
        return torch.einsum("oc,bctf->botf", self.weight, x)[:, 0]


class Bsast(nn.Module):
    """Mode `spectrum-rescaled`: each band's estimate is scaled by the RMS that its norm divided out."""

    def __init__(self, config):
        super().__init__()
        dim = config["dim"]
        self.n_fft, self.hop = config["nFft"], config["hopLength"]
        self.widths = [2 * width for width in config["bands"]]
        self.bandSplit = nn.ModuleList(BandIn(width, dim) for width in self.widths)
        self.film = Film(config["embedding"], config["filmHidden"], dim)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config["blocks"]))
        self.norm = RmsNorm(dim)
        self.estimate = nn.ModuleList(BandOut(dim, width) for width in self.widths)
        self.merge = Merge(config["channels"])
        self.register_buffer("window", torch.hann_window(self.n_fft), persistent=False)

    def forward(self, mixture, query):
        batch, channels, samples = mixture.shape
        spectrum = torch.stft(
            mixture.flatten(0, 1), self.n_fft, self.hop, window=self.window, return_complex=True
        )  # [batch * channels, bins, frames]
        x = torch.view_as_real(spectrum.mT.contiguous()).flatten(-2).unflatten(0, (batch, channels))
        bands = x.split(self.widths, dim=-1)
        rms = [band.square().mean(-1, keepdim=True).sqrt() for band in bands]
        z = torch.stack([layer(band) for layer, band in zip(self.bandSplit, bands)], dim=-2)
        z = self.film(z, query)
        for block in self.blocks:
            z = block(z)
        z = self.norm(z)
        parts = [layer(z[..., n, :]) * rms[n] for n, layer in enumerate(self.estimate)]
        merged = self.merge(torch.cat(parts, dim=-1))  # [batch, frames, 2 * bins]
        estimated = torch.view_as_complex(merged.unflatten(-1, (-1, 2)).contiguous())
        return torch.istft(estimated.mT, self.n_fft, self.hop, window=self.window, length=samples)


def separation_loss(estimate, target, weight=100.0, epsilon=torch.finfo(torch.float32).eps):
    alpha = ((estimate * target).sum(-1, keepdim=True) + epsilon) / (target.square().sum(-1, keepdim=True) + epsilon)
    scaled = alpha * target
    ratio = (scaled.square().sum(-1) + epsilon) / ((scaled - estimate).square().sum(-1) + epsilon)
    return weight * (estimate - target).abs().mean() - (10 * torch.log10(ratio)).mean()
