"""Two processes side by side: how much faster than one the machine lets two threads be at best."""

import functools
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor


@functools.cache
def pair() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


def in_two(work: Callable[[int], float]) -> float:
    """Units of work of two processes, each of which does ``work(1)``: a function of a module, run by one thread."""
    return sum(pair().map(work, [1, 1]))
