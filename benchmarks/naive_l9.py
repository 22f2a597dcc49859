"""The yardstick of l9_vgg16.py: the same L9 as one would write it today with Ray Tune, torchvision and MLflow.

    python benchmarks/naive_l9.py IMAGE_FOLDER --weights FILE [--epochs 30,40,50] [--slots 2] [--out FOLDER]

After the yardstick of this project's research notes. IMAGE_FOLDER holds train/<class>/*.png and val/<class>/*.png. It
is everyday code and no straw man: frozen layers run under no_grad, decoding and augmentation go through
torchvision.transforms.v2, and a slot has one thread. It knows nothing of doe. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")

L9 = ("0000", "0111", "0222", "1012", "1120", "1201", "2021", "2102", "2210")
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def train(config: dict[str, Any]) -> None:
    """Carry out one trial, in a process of Ray's."""
    import mlflow
    import torch
    from ray import tune
    from torch import nn, optim

    torch.set_num_threads(1)
    torch.manual_seed(0)
    mlflow.set_tracking_uri(config["tracking_uri"])
    training, validation, classes = _loaders(config)
    base = _base(config["weights"])
    head = nn.Sequential(
        nn.Linear(512, 4096),
        nn.ReLU(),
        nn.Linear(4096, 4096),
        nn.ReLU(),
        nn.Dropout(config["dropout"]),
        nn.Linear(4096, classes),
    )
    makers = {"adam": optim.Adam, "adagrad": optim.Adagrad, "adadelta": optim.Adadelta}
    optimizer = makers[config["optimizer"]](head.parameters())
    schedule = optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=20, min_lr=1e-10)
    loss_of = nn.CrossEntropyLoss()
    measured: dict[str, float] = {}
    with mlflow.start_run(run_name=config["row"]):
        mlflow.log_params({name: config[name] for name in ("optimizer", "epochs", "dropout", "batch_size")})
        for epoch in range(config["epochs"]):
            head.train()
            for images, labels in training:
                with torch.no_grad():
                    features = base(images).flatten(1)
                loss = loss_of(head(features), labels)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            measured = _judge(base, head, validation, loss_of)
            schedule.step(measured["val_loss"])
            mlflow.log_metrics(measured, step=epoch)
        tune.report(measured)


def _loaders(config: dict[str, Any]) -> tuple[Any, Any, int]:
    import torch
    import torchvision
    from torch.utils.data import DataLoader
    from torchvision.transforms import v2

    to_tensor = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize(MEAN, DEVIATION)]
    moves = [
        v2.RandomAffine(5, translate=(0.1, 0.1), scale=(0.9, 1.1)),
        v2.RandomHorizontalFlip(),
        v2.RandomVerticalFlip(),
    ]
    train, val = (
        torchvision.datasets.ImageFolder(Path(config["data"]) / split, v2.Compose(transforms))
        for split, transforms in (("train", [*moves, *to_tensor]), ("val", to_tensor))
    )
    size = config["batch_size"]
    return DataLoader(train, size, shuffle=True), DataLoader(val, size), len(train.classes)


def _base(weights: str) -> Any:
    import torch
    import torchvision

    network = torchvision.models.vgg16(weights=None)
    network.load_state_dict(torch.load(weights, weights_only=True), strict=False)
    return network.features.eval()


def _judge(base: Any, head: Any, validation: Any, loss_of: Any) -> dict[str, float]:
    import torch

    head.eval()
    right, total, lost = 0, 0, 0.0
    with torch.no_grad():
        for images, labels in validation:
            scores = head(base(images).flatten(1))
            lost += float(loss_of(scores, labels)) * len(labels)
            right += int((scores.argmax(1) == labels).sum())
            total += len(labels)
    return {"val_accuracy": right / total, "val_loss": lost / total}


def main() -> None:
    """Run the nine, two at a time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--weights", required=True, help="a .pth file of VGG16's base")
    parser.add_argument("--epochs", default="30,40,50")
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--out", default="naive_out")
    arguments = parser.parse_args()
    import mlflow
    import ray
    from ray import tune

    out = Path(arguments.out).resolve()
    out.mkdir(parents=True, exist_ok=True)
    uri = f"sqlite:///{out}/mlflow.db"
    mlflow.set_tracking_uri(uri)
    mlflow.search_experiments()  # makes the database before the workers race for it
    names = ("optimizer", "epochs", "dropout", "batch_size")
    epochs = [int(number) for number in arguments.epochs.split(",")]
    levels = (["adam", "adagrad", "adadelta"], epochs, [0.4, 0.5, 0.6], [32, 64, 128])
    told = {"data": str(Path(arguments.data).resolve()), "weights": str(Path(arguments.weights).resolve())}
    told["tracking_uri"] = uri
    rows = [{"row": row, **told, **{name: levels[i][int(row[i])] for i, name in enumerate(names)}} for row in L9]
    ray.init(num_cpus=arguments.slots, include_dashboard=False, log_to_driver=False)
    grid = tune.Tuner(
        tune.with_resources(lambda config: train(config["row"]), {"cpu": 1}),
        param_space={"row": tune.grid_search(rows)},
        tune_config=tune.TuneConfig(metric="val_accuracy", mode="max"),
        run_config=tune.RunConfig(storage_path=str(out), verbose=0),
    ).fit()
    found = {one.config["row"]["row"]: one.metrics["val_accuracy"] for one in grid if not one.error}
    print(json.dumps({"errors": len(grid.errors), "val_accuracy": found}))


if __name__ == "__main__":
    main()
