"""Exact questions on their way to the core."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from quincunx import _core
from quincunx._threads import worker_threads
from quincunx.lattice._models import SpinModel
from quincunx.lattice._transverse import TransverseIsing

__all__ = ["any_core", "ask", "classical_core"]


def classical_core(model: Any) -> _core.SpinModel:
    """Return the core of an Ising or a Potts model; TypeError for anything else."""
    if isinstance(model, TransverseIsing):
        raise TypeError(
            f"model = {model!r:.200}: must be an Ising or a Potts model; of a TransverseIsing without transverse fields "
            "make an Ising, with them it has log_partition, thermodynamics, marginals, ground_state, ..."
        )
    if not isinstance(model, SpinModel):
        raise TypeError(f"model = {model!r:.200}: must be an Ising or a Potts model")
    return model.core


def any_core(model: Any) -> _core.SpinModel | _core.TransverseModel:
    """Return the core of a model that has exact answers; TypeError for anything else."""
    return model.core if isinstance(model, TransverseIsing) else classical_core(model)


def ask(question: Callable[..., Any], model: Any, *arguments: Any) -> Any:
    """Put a question to the core on all processors."""
    return question(any_core(model), *arguments, worker_threads())
