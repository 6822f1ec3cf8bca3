"""Stochastic processes: simulated at native speed, solved exactly, checked against each other."""
