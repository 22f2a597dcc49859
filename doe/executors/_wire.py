"""What travels between a driver, its fork server and their trials: JSON, an object a line."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any, TypeAlias

from doe.protocols import Task

Message: TypeAlias = dict[str, Any]


class Lines:
    """Bytes as they come, cut into messages."""

    def __init__(self) -> None:
        self._rest = b""

    def cut(self, data: bytes) -> list[Message]:
        """The messages that are complete now; what is no message is skipped, since a trial may write nonsense."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [message for line in lines if (message := _read(line)) is not None]


def packed(message: Message) -> bytes:
    """A message as it travels; NaN and infinity may be in it."""
    return json.dumps(message).encode() + b"\n"


def plain_task(task: Task) -> Message:
    """A task as plain values."""
    plain = {field.name: getattr(task, field.name) for field in fields(task)}
    return plain | {"options": dict(task.options), "hyperparameters": dict(task.hyperparameters)}


def task_from(plain: Message) -> Task:
    """The task that was made plain."""
    return Task(**plain | {"read_at": tuple(plain["read_at"])})


def _read(line: bytes) -> Message | None:
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None
