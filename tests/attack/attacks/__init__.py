"""The attacks, in one list."""

from . import audit, claims, gates, hostile, jobs, people, releases, senders, withdrawals  # noqa: F401
from .base import ATTACKS, PEOPLE, SERVE, Attack, Broken, Case, missing_rows, run
from .client import Answer, Client, Place
from .pipelines import CodePipeline

__all__ = [
    "ATTACKS", "PEOPLE", "SERVE", "Answer", "Attack", "Broken", "Case", "Client", "CodePipeline", "Place", "missing_rows",
    "run",
]
