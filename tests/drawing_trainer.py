"""A trainer that draws: a picture, one that moves, a table and a file that is none of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def train(
    dataset: object = None,
    epochs: int = 1,
    seed: int = 0,
    *,
    a: float = 1.0,
    b: float = 1.0,
    read_test: bool = False,
    pictures: Path | None = None,
) -> Iterator[dict[str, float]]:
    """Accuracy is additive in a and b."""
    for epoch in range(1, epochs + 1):
        if pictures and epoch == epochs:
            _draw(pictures)
        tested = {"test_accuracy": a + b} if read_test else {}
        yield {"val_accuracy": a + b + 1e-6 * seed, **tested}


def _draw(pictures: Path) -> None:
    from PIL import Image

    pictures.mkdir(parents=True, exist_ok=True)
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "green")]
    frames[0].save(pictures / "floor-map.png")
    frames[0].save(pictures / "clip.gif", save_all=True, append_images=frames[1:])
    (pictures / "visits.csv").write_text("person,seconds\n1,2.5\n2,<b>\n")
    (pictures / "broken.png").write_text("no picture")
    (pictures / "notes.html").write_text("<script>")
    (pictures / "elsewhere.png").symlink_to("/etc/hostname")
