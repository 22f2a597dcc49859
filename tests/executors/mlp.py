"""A small network trained on random numbers; what it reports depends on every bit of what went before."""

from __future__ import annotations

from collections.abc import Iterator

import torch


def train(dataset: None, epochs: int, seed: int, *, width: int = 32, rate: float = 0.05) -> Iterator[dict[str, float]]:
    """Descend."""
    torch.manual_seed(seed)
    inputs = torch.randn(512, 20)
    targets = torch.sin(inputs @ torch.randn(20, 3))
    model = torch.nn.Sequential(torch.nn.Linear(20, width), torch.nn.GELU(), torch.nn.Linear(width, 3))
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for _ in range(epochs):
        for rows in torch.randperm(512).view(8, 64):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(model(inputs[rows]), targets[rows])
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        yield {"loss": loss.item(), "threads": float(torch.get_num_threads())}
