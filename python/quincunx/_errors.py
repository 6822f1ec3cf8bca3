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
        Its last values, by name.

    Examples
    --------
    A replica that leaves the range of numbers ends alone; nothing that the others gave is lost:

    >>> import quincunx as qx
    >>> from quincunx import sde
    >>> steep, coarse = sde.SDE("-x**3", "1"), sde.EulerMaruyama(dt=0.1)
    >>> try:
    ...     qx.simulate(steep, t=5.0, start=[10.0, 0.0, 0.5], method=coarse, n=3, rng=0)
    ... except qx.SimulationError as err:
    ...     failed = err
    >>> failed.replica, failed.time, failed.result.status.tolist()
    (0, 0.5, ['diverged', 'ok', 'ok'])
    >>> failed.result.replicas(failed.result.ok).mean("x").shape
    (101,)
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
    """A broken promise of quincunx itself: please report it with the call that caused it.

    It is no `SimulationError`, so that code which copes with failed replicas does not hide a bug.

    Examples
    --------
    >>> import quincunx as qx
    >>> issubclass(qx.InternalError, qx.SimulationError), issubclass(qx.InternalError, RuntimeError)
    (False, True)
    """
