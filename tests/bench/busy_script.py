"""Keeps rank 0 busy with Python for as long as it may run, so that the other ranks have nothing to do."""

while True:
    pass
