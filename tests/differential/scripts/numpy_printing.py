"""How small arrays print."""

import numpy as np

print(np.array([1, 10, -100]), np.array([True, False]), np.array(["a", "bcd"]), np.array([]), np.array(3), np.array(2.5))
print(np.array([1.0, 2.5, -3.125]), np.array([0.1, 0.25]), np.array([1e-5, 1.0]), np.array([1e10, 1.0]), np.array([np.nan, 1.0, np.inf]))
print(np.array([[1, 2], [30, 4]]), np.array([[1.5, -2], [3, 4]]), np.arange(8).reshape(2, 2, 2))
print(np.arange(2000), np.arange(1200.0).reshape(30, 40))
print(np.float32([0.1, 0.2, 1 / 3]), np.float64([1 / 3, 2 / 3]), np.array([1e-300, 1.0]), np.array([123456789.123, 1.0]))
print(repr(np.array([1, 2])), repr(np.array([1.0, np.nan])), repr(np.float32([1.5])), repr(np.array([True])), repr(np.int8([1])))
print(repr(np.zeros((2, 2))), repr(np.array([], dtype="int64")), repr(np.array([[1.25, 3]])))
print(np.array(["2001-01-01", "2001-02-03"], dtype="datetime64[D]"), np.array([1, 2], dtype="timedelta64[h]"))
print(f"{np.array([1.5, 2])} {np.arange(3)}", str(np.linspace(0, 1, 5)), [np.float64(1.5), np.int64(2), np.bool_(True)])
print(np.uint8([255, 0]), np.array([-0.0, 0.0]), np.array([1000000.0, 0.001]), np.array([99999999.0]), np.array([1e16, 1]))
