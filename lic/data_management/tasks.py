"""The tasks that LIC starts with, each with the features of its training dataset."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, select

from lic.database.tables import tasks
from lic.errors import NotFound

TaskType = Literal["question-answering", "text-classification", "conversational"]


def _value(dtype: str) -> dict[str, str]:
    return {"dtype": dtype, "_type": "Value"}


@dataclass(frozen=True, slots=True)
class Task:
    """A deep-learning task; `features` is the dictionary form of `datasets.Features`."""

    name: str
    type: TaskType
    description: str
    features: Mapping[str, Any]


TASKS: Mapping[str, Task] = {
    task.name: task
    for task in (
        Task(
            "question_answering",
            "question-answering",
            "Facts about the world and of people's lives, each as a question with the statement that answers it.",
            {"question": _value("string"), "answer": _value("string")},
        ),
        Task(
            "emotion",
            "text-classification",
            "How people said they feel.",
            {"text": _value("string"), "label": _value("string")},
        ),
        Task(
            "dialogue",
            "conversational",
            "Small talk, taught replies, and how LIC is to talk.",
            {"messages": [{"role": _value("string"), "content": _value("string")}]},
        ),
        Task(
            "intent_recognition",
            "text-classification",
            "What a turn does, given the reply before it: the gate's own training data.",
            {"text": _value("string"), "previous": _value("string"), "act": _value("string")},
        ),
    )
}


def task_named(name: str) -> Task:
    """The task of a name. Raises NotFound with the names there are."""
    if name not in TASKS:
        raise NotFound(f"There is no task {name!r}; the tasks are {', '.join(TASKS)}.")
    return TASKS[name]


def missing_tasks(connection: Connection) -> list[Task]:
    """The tasks of the registry that the database does not have yet."""
    present = set(connection.execute(select(tasks.c.name)).scalars())
    return [task for task in TASKS.values() if task.name not in present]


def seed_tasks(connection: Connection, at: datetime) -> None:
    """Write the tasks of the registry, once."""
    for task in missing_tasks(connection):
        connection.execute(
            tasks.insert(),
            {"name": task.name, "type": task.type, "description": task.description, "features": dict(task.features), "created_at": at.isoformat()},
        )
