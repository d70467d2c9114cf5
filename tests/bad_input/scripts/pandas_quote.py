"""A quote that nothing closes.

Expects: EOF inside string
Raises: ParserError
"""

import io

import pandas as pd

pd.read_csv(io.StringIO('a,b\n"x,1\ny,2\n'))  # fails here
