"""GillesPy2's C++ solver, for the rows of reaction ensembles."""

import functools
import os
import sys
from pathlib import Path

import numpy as np


@functools.cache
def network(species, reactions):
    """Compile a network once: `species` are (name, amount), `reactions` (constant, reactants, products)."""
    import gillespy2

    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # where its build finds scons
    model = gillespy2.Model("network")
    model.add_species([gillespy2.Species(name=name, initial_value=amount, mode="discrete") for name, amount in species])
    for i, (constant, reactants, products) in enumerate(reactions):
        rate = gillespy2.Parameter(name=f"c{i}", expression=constant)
        model.add_parameter(rate)
        sides = {"reactants": dict(reactants), "products": dict(products)}
        model.add_reaction(gillespy2.Reaction(name=f"r{i}", rate=rate, **sides))
    return gillespy2.SSACSolver(model=model)


def final(solver, t, n, seed=1):
    """Last amounts of every species, of `n` paths: one run of the compiled program, whose text GillesPy2 reads."""
    import gillespy2

    solver.model.timespan(gillespy2.TimeSpan([0.0, t]))
    results = solver.run(number_of_trajectories=n, seed=seed)
    return {name: np.array([path[name][-1] for path in results]) for name in solver.model.listOfSpecies}
