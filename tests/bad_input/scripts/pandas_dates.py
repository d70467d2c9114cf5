"""Text that is no date in a format that is known isn't left as it is.

Expects: date_format=
Raises: ValueError
"""

import io

import pandas as pd

pd.read_csv(io.StringIO("t\n1st of May\n2nd of May\n"), parse_dates=["t"])  # fails here
