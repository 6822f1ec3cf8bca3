"""The exceptions that are ours; all others are Python's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quincunx._result import Result

__all__ = ["InternalError", "SimulationError"]


class SimulationError(RuntimeError):
    """Some replicas of a run failed, or an iteration did not reach its tolerance.

    Attributes
    ----------
    result : Result or None
        Everything that was computed. ``err.result.replicas(err.result.ok)`` are the good replicas.
    replica : int or None
        The first failed replica (the last index; ``set`` holds the others of a sweep).
    set : tuple of int
        Where in the sweep it stands.
    time : float or None
        When it failed.
    state : dict
        Its last values.
    """

    def __init__(
        self,
        message: str,
        *,
        result: Result | None = None,
        replica: int | None = None,
        set: tuple[int, ...] = (),  # noqa: A002 - the word of the documentation for one entry of a sweep
        time: float | None = None,
        state: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.result = result
        self.replica = replica
        self.set = set
        self.time = time
        self.state = state or {}

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the attributes when an executor sends the error home."""
        return _rebuild, (str(self), self.result, self.replica, self.set, self.time, self.state)


def _rebuild(message: str, result: Any, replica: Any, where: Any, time: Any, state: Any) -> SimulationError:
    return SimulationError(message, result=result, replica=replica, set=where, time=time, state=state)


class InternalError(RuntimeError):
    """A broken promise of quincunx itself: please report it with the call that caused it."""
