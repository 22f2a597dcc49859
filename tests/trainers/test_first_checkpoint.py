"""When a training is first written down, and how what it holds is laid apart in the file."""

import time
from pathlib import Path

import torch

from trainers import _checkpoint, _networks, _sealed


def test_the_first_waits_as_long_as_its_size_is_worth(tmp_path: Path) -> None:
    """What takes a quick disk a hundredth of a second is not written after a tenth, and is after half a second."""
    layers = torch.nn.Linear(2500, 1000)
    network = _networks.network(torch.nn.Identity(), layers, freeze=True, pretrained=False)
    training = _checkpoint.Training(network, torch.optim.SGD(layers.parameters()), None)
    part = _checkpoint.part(tmp_path, 0.05, network, {}, [])
    part.take_up(training)
    time.sleep(0.1)
    part.keep()
    assert not (tmp_path / _checkpoint.FILE).exists()
    time.sleep(0.5)
    part.keep()
    assert (tmp_path / _checkpoint.FILE).exists()


def test_two_names_of_one_tensor_are_both_kept(tmp_path: Path) -> None:
    """Tied weights, a view and a layout by channels are read back as they were."""
    tensors = {"a": torch.arange(6.0), "c": torch.rand(2, 3, 4, 4).to(memory_format=torch.channels_last)}
    tensors |= {"b": tensors["a"], "d": tensors["a"][2:4]}
    _sealed.write(tmp_path / "file", tensors, {"x": 1})
    found = _sealed.read(tmp_path / "file")
    assert found is not None
    assert found[1] == {"x": 1}
    assert all(torch.equal(found[0][name], tensor) for name, tensor in tensors.items())
