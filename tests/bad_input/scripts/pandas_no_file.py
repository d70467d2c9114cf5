"""A table of stations that isn't there.

Expects: stations.csv
Raises: FileNotFoundError
"""

import pandas as pd

pd.read_csv("in/stations.csv")  # fails here
