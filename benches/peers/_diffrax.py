"""Euler-Maruyama in diffrax, with the fastest of its noises, in double precision, compiled once."""

import functools
import os

import numpy as np


@functools.cache
def solver(drift, start, noise, dt, steps, paths, *, together):
    """Map a seed to the final states (components, paths): of paths under `vmap`, or of all paths as one state."""
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
    import diffrax
    import jax
    import jax.numpy as jnp
    import lineax

    jax.config.update("jax_enable_x64", val=True)
    shape = (paths,) if together else ()

    def solve(key):
        like = (jax.ShapeDtypeStruct(shape, jnp.float64),) * len(start)
        own = lineax.DiagonalLinearOperator(tuple(jnp.full(shape, noise) for _ in start))
        wiener = diffrax.UnsafeBrownianPath(shape=like, key=key)
        terms = diffrax.MultiTerm(
            diffrax.ODETerm(lambda _t, y, _args: drift(*y)), diffrax.ControlTerm(lambda *_: own, wiener)
        )
        run = diffrax.diffeqsolve(
            terms,
            diffrax.Euler(),
            t0=0.0,
            t1=steps * dt,
            dt0=dt,
            y0=tuple(jnp.full(shape, x) for x in start),
            saveat=diffrax.SaveAt(t1=True),
            adjoint=diffrax.ForwardMode(),  # the one that such noise allows; none is computed
            max_steps=None,
            throw=False,
        )
        return tuple(y[0] for y in run.ys)

    work = jax.jit(solve if together else jax.vmap(solve))

    def final(seed=1):
        key = jax.random.key(seed)
        return np.array(jax.block_until_ready(work(key if together else jax.random.split(key, paths))))

    return final
