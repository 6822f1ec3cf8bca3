"""Comparisons of two samples, for `same_law`."""

import importlib.util

import numpy as np
import scipy.stats


def installed(library: str) -> bool:
    """Whether a peer that not everybody installs is there to be compared with."""
    return importlib.util.find_spec(library) is not None


def means(ours, theirs) -> float:
    """P-value of equal means (Welch)."""
    return float(scipy.stats.ttest_ind(np.ravel(ours), np.ravel(theirs), equal_var=False).pvalue)


def mean(sample, exact) -> float:
    """P-value of a mean against its exact value."""
    return float(scipy.stats.ttest_1samp(np.ravel(sample), exact).pvalue)


def distributions(ours, theirs) -> float:
    """P-value of equal distribution functions (Kolmogorov-Smirnov; conservative for integers)."""
    return float(scipy.stats.ks_2samp(np.ravel(ours), np.ravel(theirs)).pvalue)


def arrays(ours, theirs, tol) -> float:
    """1 if two exact answers agree within `tol`, else 0."""
    return float(np.max(np.abs(np.asarray(ours) - np.asarray(theirs))) <= tol)
