"""Small networks whose layers lie over the image in every usual way."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


class Residual(nn.Module):
    """A block of a ResNet: its ReLU runs twice and in place."""

    def __init__(self, inside: int, out: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inside, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.down = nn.Conv2d(inside, out, 1, stride, bias=False) if stride > 1 else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = self.down(x)
        return self.relu(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x))))) + kept)


class ResNet(nn.Module):
    def __init__(self, channels: int = 3, classes: int = 4, width: int = 8) -> None:
        super().__init__()
        self.stem = nn.Conv2d(channels, width, 3, 1, 1)
        self.layer1 = nn.Sequential(Residual(width, width, 1), Residual(width, width, 1))
        self.layer2 = nn.Sequential(Residual(width, 2 * width, 2), Residual(2 * width, 2 * width, 1))
        self.layer3 = nn.Sequential(Residual(2 * width, 4 * width, 2), Residual(4 * width, 4 * width, 1))
        self.fc = nn.Linear(4 * width, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.layer3(self.layer2(self.layer1(self.stem(x)))).mean((2, 3)))


class Attention(nn.Module):
    def __init__(self, dim: int, heads: int = 2) -> None:
        super().__init__()
        self.heads, self.qkv, self.proj = heads, nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        n, tokens, dim = x.shape
        query, key, value = self.qkv(x).reshape(n, tokens, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value)
        return self.proj(seen.transpose(1, 2).reshape(n, tokens, dim))


class TransformerBlock(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.norm1, self.attn = nn.LayerNorm(dim), Attention(dim)
        self.norm2, self.mlp = (
            nn.LayerNorm(dim),
            nn.Sequential(nn.Linear(dim, 2 * dim), nn.GELU(), nn.Linear(2 * dim, dim)),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class ViT(nn.Module):
    """Patches, ``before`` extra tokens before the grid's and ``after`` behind; reads the first token or the mean."""

    def __init__(self, size: tuple[int, int] = (32, 32), *, before: int = 1, after: int = 0, dim: int = 24) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, dim, 4, 4)
        self.before, self.after = before, after
        self.extra = nn.Parameter(torch.randn(1, before + after, dim))
        self.places = nn.Parameter(0.2 * torch.randn(1, before + after + size[0] // 4 * (size[1] // 4), dim))
        self.blocks = nn.Sequential(*(TransformerBlock(dim) for _ in range(3)))
        self.norm, self.head = nn.LayerNorm(dim), nn.Linear(dim, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)
        extra = self.extra.expand(len(x), -1, -1)
        tokens = torch.cat([extra[:, : self.before], tokens, extra[:, self.before :]], 1) + self.places
        tokens = self.norm(self.blocks(tokens))
        return self.head(tokens[:, 0] if self.before else tokens.mean(1))


class SequenceFirst(nn.Module):
    """PyTorch's own encoder in its default order (tokens, images, channels)."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 16, 4, 4)
        self.blocks = nn.ModuleList([nn.TransformerEncoderLayer(16, 2, 32, dropout=0.0) for _ in range(2)])
        self.head = nn.Linear(16, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tokens = self.patches(x).flatten(2).permute(2, 0, 1)
        for block in self.blocks:
            tokens = block(tokens)
        return self.head(tokens.mean(0))


class SwinBlock(nn.Module):
    """Attention within windows, rolled by ``shift``; places are (n, H, W, C)."""

    def __init__(self, dim: int, window: int, shift: int) -> None:
        super().__init__()
        self.window, self.shift = window, shift
        self.norm1, self.attn = nn.LayerNorm(dim), Attention(dim)
        self.norm2, self.mlp = nn.LayerNorm(dim), nn.Sequential(nn.Linear(dim, dim), nn.GELU(), nn.Linear(dim, dim))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        n, height, width, dim = x.shape
        w, rows, columns = self.window, height // self.window, width // self.window
        rolled = self.norm1(x).roll((-self.shift, -self.shift), (1, 2))
        windows = rolled.reshape(n, rows, w, columns, w, dim).transpose(2, 3).reshape(-1, w * w, dim)
        seen = self.attn(windows).reshape(n, rows, columns, w, w, dim).transpose(2, 3).reshape(n, height, width, dim)
        x = x + seen.roll((self.shift, self.shift), (1, 2))
        return x + self.mlp(self.norm2(x))


class Merging(nn.Module):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.reduction = nn.Linear(4 * dim, 2 * dim)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        corners = [x[:, top::2, left::2] for top in (0, 1) for left in (0, 1)]
        return self.reduction(torch.cat(corners, -1))


class Swin(nn.Module):
    def __init__(self, dim: int = 16) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, dim, 2, 2)
        self.stages = nn.ModuleList([
            nn.Sequential(SwinBlock(dim, 4, 0), SwinBlock(dim, 4, 2)),
            nn.Sequential(Merging(dim), SwinBlock(2 * dim, 4, 0), SwinBlock(2 * dim, 4, 2)),
        ])  # fmt: skip
        self.norm, self.head = nn.LayerNorm(2 * dim), nn.Linear(2 * dim, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.patches(x).permute(0, 2, 3, 1)
        for stage in self.stages:
            x = stage(x)
        return self.head(self.norm(x).mean((1, 2)))


class ReadsChannelsLast(nn.Module):
    """Images come as (n, H, W, C)."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = ResNet()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inside(x.permute(0, 3, 1, 2))


class ReadsNoChannels(nn.Module):
    """Images come as (n, H, W)."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = ResNet(1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inside(x.unsqueeze(1))
