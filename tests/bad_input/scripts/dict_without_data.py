"""A dict of a variable that lacks the values.

Expects: one lacks 'data'
Raises: ValueError
"""
import xarray as xr

xr.Dataset.from_dict({"a": {"dims": "x"}})  # fails here
