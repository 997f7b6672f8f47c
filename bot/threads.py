"""Threads for models: where cores are short, they let the event loop go first."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from threadpoolctl import threadpool_limits

_NICENESS = 3
"""Half the share of a thread that is not nice."""


def model_threads(workers: int, name: str) -> ThreadPoolExecutor:
    """A pool for work of milliseconds and more, that steps back behind the event loop.

    Everybody's audio goes through the event loop; what a model has to say concerns one call.
    """
    return ThreadPoolExecutor(workers, thread_name_prefix=name, initializer=_step_back)


def no_threads_of_numpy() -> None:
    """Lets numpy use the thread it is called on, and no other, from here on.

    OpenBLAS threads spin while they wait for the next product: a quarter of a core at eight calls,
    which the event loop lacks. Our products are too small to gain from a second thread.
    """
    threadpool_limits(1, user_api="blas")


def _step_back() -> None:
    """On Linux a thread has a niceness of its own, which those it starts inherit.

    Elsewhere it is the process's, and stays as it is.
    """
    if sys.platform == "linux":
        os.nice(_NICENESS)
