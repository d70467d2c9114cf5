"""Labels of several levels aren't renamed.

Expects: several levels
Raises: NotImplementedError
"""

import pandas as pd

table = pd.DataFrame({"a": [1, 2], "b": [3, 4], "c": [5, 6]}).set_index(["a", "b"])
table.rename(index={1: 9})  # fails here
