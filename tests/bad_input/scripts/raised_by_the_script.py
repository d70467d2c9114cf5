"""An exception of the script's own ends it like any other.

Expects: enough of this
"""
raise ValueError("enough of this")  # fails here
