"""Modules, features and rollouts as data: what is switched on where, for whom, and for which share."""
