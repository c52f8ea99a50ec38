"""Tests of who may what."""
