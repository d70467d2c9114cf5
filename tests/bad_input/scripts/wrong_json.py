"""A file of settings that isn't JSON.

Expects: line 1
Raises: JSONDecodeError
"""
import json

settings = json.loads('{"level": }')  # fails here
