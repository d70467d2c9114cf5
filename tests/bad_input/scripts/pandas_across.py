"""Running sums go down the rows only.

Expects: cumsum(axis=1)
Raises: NotImplementedError
"""

import pandas as pd

pd.DataFrame({"a": [1, 2], "b": [3, 4]}).cumsum(axis=1)  # fails here
