"""Observers that keep values at times, events, or the time of a first passage."""

from __future__ import annotations

from typing import Any

from quincunx._observers import At, Events, Every, Final, FirstPassage, Of, burn_of, size_of, times_of

__all__ = ["at", "events", "every", "final", "first_passage"]


def every(dt: float, of: Of = None, *, burn: float = 0) -> Every:
    """Keep the values at ``t0 + burn + k dt``, up to and including ``t1``.

    Parameters
    ----------
    dt : float
        Spacing in units of ``t``, > 0 (a whole number on count clocks).
    of
        What to observe: a name, a formula, a list of them, or a dict own name -> formula or callable; None: the default
        names of the model.
    burn : float
        Time after ``t0`` before the first value, in units of ``t``, >= 0.

    Returns
    -------
    Every
        ``res[name]`` has shape (\\*G, n, T, ...), the times are ``res.t``; each value is the one after all events at
        that time.

    Raises
    ------
    ValueError, TypeError
        An argument is wrong; names and formulas are judged by `simulate`.

    Examples
    --------
    >>> import quincunx as qx
    >>> walk = qx.Custom(lambda t, x, draw: {"x": x["x"] + draw.normal()}, state="x")
    >>> res = qx.simulate(walk, t=10, start=0.0, n=3, rng=1, observe=qx.observe.every(2, ["x", "x**2"], burn=4))
    >>> res.t, res["x**2"].shape
    (array([ 4,  6,  8, 10]), (3, 4))
    """
    return Every(size_of("dt", dt, "must be finite and > 0", positive=True), of, burn_of(burn))


def at(times: Any, of: Of = None) -> At:
    """Keep the values at given times.

    Parameters
    ----------
    times : float or array
        Increasing, inside [t0, t1], in units of ``t``; one number gives no time axis.
    of
        What to observe: a name, a formula, a list of them, or a dict own name -> formula or callable; None: the default
        names of the model.

    Returns
    -------
    At
        ``res[name]`` has shape (\\*G, n, T, ...), for one number (\\*G, n, ...); each value is the one after all events
        at that time.

    Raises
    ------
    ValueError, TypeError
        An argument is wrong; names and formulas are judged by `simulate`.

    Examples
    --------
    A callable gets the time and a dict of arrays, one entry per replica:

    >>> import quincunx as qx
    >>> walk = qx.Custom(lambda t, x, draw: {"x": x["x"] + draw.normal()}, state="x")
    >>> scaled = {"z": lambda t, s: s["x"] / t**0.5}
    >>> res = qx.simulate(walk, t=100, start=0.0, n=3, rng=1, observe=qx.observe.at([10, 20], scaled))
    >>> res["z"].shape
    (3, 2)
    """
    return At(times_of("times", times), of)


def final(of: Of = None) -> Final:
    """Keep the values at ``t1``.

    Parameters
    ----------
    of
        What to observe: a name, a formula, a list of them, or a dict own name -> formula or callable; None: the default
        names of the model.

    Returns
    -------
    Final
        ``res[name]`` has shape (\\*G, n, ...).

    Raises
    ------
    ValueError, TypeError
        An argument is wrong; names and formulas are judged by `simulate`.

    Examples
    --------
    >>> import quincunx as qx
    >>> walk = qx.Custom(lambda t, x, draw: {"x": x["x"] + draw.normal()}, state="x")
    >>> res = qx.simulate(walk, t=100, start=0.0, n=3, rng=1, observe=qx.observe.final("x**2"))
    >>> res["x**2"].shape
    (3,)
    """
    return Final(of)


def events(of: Of = None) -> Events:
    """Keep every event; not for sweeps.

    Parameters
    ----------
    of
        What to observe: a name, a formula, a list of them, or a dict own name -> formula; None: the default names.

    Returns
    -------
    Events
        Flat arrays: ``res[name]``, ``res.t``, ``res["event"]`` (index of the event, -1: the start row), and
        ``res.offsets`` (n + 1,); ``res.path(i)`` is replica i alone.

    Raises
    ------
    ValueError, TypeError
        An argument is wrong; names and formulas are judged by `simulate`.

    Examples
    --------
    >>> import quincunx as qx
    >>> from quincunx import chain
    >>> two = chain.MarkovJump([[-1.0, 1.0], [2.0, -2.0]])
    >>> res = qx.simulate(two, t=5.0, n=3, rng=1, observe=qx.observe.events())
    >>> len(res.offsets), res["event"][0]
    (4, np.int64(-1))
    """
    return Events(of)


def first_passage(condition: Any, of: Of = None) -> FirstPassage:
    """Find the first time at which a condition holds.

    Parameters
    ----------
    condition
        A formula, or a dict label -> formula: 1 to 100 conditions, of which the first to be met counts.
    of
        What to observe at that time: a name, a formula, a list of them, or a dict own name -> formula; None: the default
        names.

    Returns
    -------
    FirstPassage
        ``res["time"]`` float64 (inf if never), ``res["hit"]`` int8: index of the condition met, -1 for none; then the
        values are those at ``t1``. Shapes (\\*G, n, ...). A condition true at t0 gives time = t0. A level of one SDE state
        is corrected for crossings between steps by the law of a Brownian bridge (``res.info.crossing``).

    Raises
    ------
    ValueError, TypeError
        An argument is wrong; names and formulas are judged by `simulate`.

    Examples
    --------
    >>> import quincunx as qx
    >>> walk = qx.Custom(lambda t, x, draw: {"x": x["x"] + draw.normal()}, state="x")
    >>> res = qx.simulate(walk, t=100, start=0.0, n=3, rng=1, observe=qx.observe.first_passage("x > 3"))
    >>> res["time"].shape, res["hit"].dtype
    ((3,), dtype('int8'))

    Which of two barriers, and when; never is later than any time:

    >>> both = {"up": "x >= 5", "down": "x <= -5"}
    >>> res = qx.simulate(walk, t=1000, start=0.0, n=500, rng=1, observe=qx.observe.first_passage(both))
    >>> bool(0.4 < (res["hit"] == 0).mean() < 0.6), bool(20 < res.quantile("time", 0.5) < 40)
    (True, True)
    """
    return FirstPassage(condition, of)
