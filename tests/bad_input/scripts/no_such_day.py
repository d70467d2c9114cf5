"""A day that the calendar doesn't have.

Expects: invalid date
"""
import cftime

cftime.DatetimeNoLeap(2000, 2, 29)  # fails here
