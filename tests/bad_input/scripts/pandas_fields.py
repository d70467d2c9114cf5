"""A row with more fields than the others.

Expects: Expected 2 fields, line 3, saw 3
Raises: ParserError
"""

import io

import pandas as pd

pd.read_csv(io.StringIO("a,b\n1,2\n3,4,5\n"))  # fails here
