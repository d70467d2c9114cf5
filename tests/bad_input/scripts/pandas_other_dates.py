"""Dates in several formats aren't left as text.

Expects: date_format=
Raises: ValueError
"""

import io

import pandas as pd

pd.read_csv(io.StringIO("t\n01/02/2000\n2-Jan-2000\n"), parse_dates=["t"])  # fails here
