"""The dataset card of an export: what is in it, how it was made, under which licence, and whose words it may hold."""

import json
from collections.abc import Mapping
from typing import Any

from lic.data_management.tasks import Task, TaskType

WRITTEN_BY = "Written by `lic dataset export`"
_CATEGORIES: Mapping[TaskType, str] = {
    "question-answering": "question-answering",
    "text-classification": "text-classification",
    "conversational": "text-generation",
}
"""Our task types in the categories that the hub knows."""


def card(task: Task, counts: Mapping[str, tuple[int, int]]) -> str:
    """The README.md for a task with, for each split, the numbers of seed rows and of taught rows."""
    taught = sum(of for _, of in counts.values())
    splits = "\n".join(f"| {split} | {seed + of:,} | {seed:,} | {of:,} |" for split, (seed, of) in counts.items())
    features = "\n".join(f"| `{name}` | {_type(feature)} |" for name, feature in task.features.items())
    return f"""{_front_matter(task, counts, taught)}
# {task.name}

{task.description} {WRITTEN_BY}.

    from datasets import load_dataset
    dataset = load_dataset("…this folder…")["train"]

The same rows as JSON Lines are in `jsonl/`.

| feature | type |
|---|---|
{features}

| split | rows | seed rows | taught rows |
|---|---:|---:|---:|
{splits}

## How it was made

Seed rows were written for LIC (Learning In Conversation). Taught rows are what one person said to their LIC, prepared to this
format: cleaned of its wrapping and completed from the conversation. LIC's own words are never taught.

## Licence

{_licence(taught)}

## Personal data

{_personal(taught)}
"""


def _front_matter(task: Task, counts: Mapping[str, tuple[int, int]], taught: int) -> str:
    files = "\n".join(f"  - split: {split}\n    path: data/{split}.parquet" for split in counts)
    licence = "license: other\nlicense_name: of-the-person-who-taught" if taught else "license: apache-2.0"
    return f"""---
pretty_name: {json.dumps(task.name)}
{licence}
task_categories:
- {_CATEGORIES[task.type]}
tags:
- lic
configs:
- config_name: default
  data_files:
{files}
---
"""


def _licence(taught: int) -> str:
    seed = "Seed rows: Apache-2.0."
    return f"{seed} Taught rows belong to the person who taught them; ask that person before you pass them on." if taught else seed


def _personal(taught: int) -> str:
    if not taught:
        return "Only seed rows are in this export; they were made up, and nobody's conversation is in them."
    return (
        "Taught rows are a person's own words: names, addresses, health, feelings and whatever else they told may be in them, also about "
        "others. What that person has LIC forget is removed from LIC's datasets, not from this copy: export again, and delete the old copy."
    )


def _type(feature: Any) -> str:
    """A feature in words."""
    if isinstance(feature, list):
        return f"list of {_type(feature[0])}"
    if "_type" in feature:
        return f"{feature['dtype']}"
    return "{" + ", ".join(f"`{name}`: {_type(inner)}" for name, inner in feature.items()) + "}"
