"""Tests of lists of things."""
