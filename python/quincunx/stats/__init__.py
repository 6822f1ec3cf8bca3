"""Statistics of simulations: effective sample sizes, convergence, tests against exact laws, bootstrap.

Arrays have the axes of a `Result`: ``(*sweep, replica, time)``; the last axis is time, the one before it replicas (a
one-dimensional array is one replica), and everything in front is kept.
"""

from ._bootstrap import bootstrap
from ._estimate import Estimate
from ._jackknife import jackknife
from ._mixing import autocorrelation_time, ess, rhat
from ._reweight import Reweighting, reweight
from ._tests import HypothesisTest, chi2_test, ks_test

__all__ = [
    "Estimate",
    "HypothesisTest",
    "Reweighting",
    "autocorrelation_time",
    "bootstrap",
    "chi2_test",
    "ess",
    "jackknife",
    "ks_test",
    "reweight",
    "rhat",
]
