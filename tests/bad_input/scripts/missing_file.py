"""A file that isn't there is opened.

Expects: no_such_file.txt
Raises: FileNotFoundError
"""
text = open("no_such_file.txt").read()  # fails here
