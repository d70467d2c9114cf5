"""A module that isn't part of Swath.

Expects: matplotlib_of_nobody
"""
import matplotlib_of_nobody  # fails here
