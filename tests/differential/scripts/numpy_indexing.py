"""Indexing of small arrays."""

import numpy as np

a = np.arange(24).reshape(2, 3, 4)
print(a[1], a[1, 2], a[1, 2, 3], a[..., 0], a[:, 1:, ::2], a[-1, -1, -1], a[0][1][2], a[:, None].shape, a[1, ..., 2])
print(a[a > 20], a[:, [0, 2]], a[0, [0, 2], [1, 3]], a[[1, 0], :, 0], a[:, :, np.array([True, False, True, False])])
b = a.copy()
b[0, 1] = -1
b[b > 20] = 0
b[:, 0, ::2] += 100
print(b, a[0, 1])
v = np.linspace(0, 1, 6)
print(v[::-1], v[np.array([4, 1])], v[v > 0.5], v[-3:-1], v[10:], v[np.argmax(v)], v[[True, False, True, False, False, True]])
print(np.where(v > 0.5)[0], np.nonzero(v)[0], np.argwhere(a > 21), np.take(v, [0, 5]) if hasattr(np, "take") else None)
rows, columns = np.meshgrid(np.arange(3), np.arange(2))
print(rows, columns, a[1, rows, columns])
view = v[1:3]
view[0] = 9
print(v, len(a), a.size, a.T.shape, a.reshape(-1)[5], a.ravel()[::7], [int(n) for n in a[0, 0]], a.tolist()[1][0])
for row in a[0]:
    print(row, row.sum())
for wrong in ["a[2]", "a[0, 0, 0, 0]", "a['x']", "v[1.5]"]:
    try:
        eval(wrong)
    except (IndexError, TypeError) as error:
        print(wrong, type(error).__name__)
