"""Random reaction networks: up to 6 reactions, 4 species, 2 reactant molecules."""

from hypothesis import assume
from hypothesis import strategies as st

from quincunx import jump

SPECIES = "ABCD"
MOLECULES = st.lists(st.sampled_from(SPECIES), max_size=2)


def side(molecules):
    return {name: molecules.count(name) for name in dict.fromkeys(molecules)}


@st.composite
def networks(draw):
    """Return a model and a start."""
    rates = st.floats(0.01, 2.0)
    reactions = draw(st.lists(st.tuples(MOLECULES.map(side), MOLECULES.map(side), rates), min_size=1, max_size=6))
    model = jump.Reactions(reactions)
    assume(model.names)
    return model, {name: draw(st.integers(0, 30)) for name in model.names}
