"""numpy's arrays taken apart, with elements put in or out, and with margins."""

import numpy as np

a = np.arange(12).reshape(3, 4)
print([part.tolist() for part in np.split(np.arange(6), 3)], [part.shape for part in np.split(a, 2, axis=1)])
print([part.tolist() for part in np.split(np.arange(8), [3, 5, 6, 10])], [part.tolist() for part in np.split(np.arange(5), [-2])])
print([part.tolist() for part in np.array_split(np.arange(8), 3)], [part.shape for part in np.array_split(a, 3, axis=-1)])
print([part.tolist() for part in np.array_split([1, 2, 3], 5)])
print([part.tolist() for part in np.vsplit(a, 3)], [part.tolist() for part in np.hsplit(a, 2)], [part.tolist() for part in np.hsplit(np.arange(4), 2)])
part = np.split(a, 3)[0]
part[0, 0] = -1
print(a[0, 0])
a[0, 0] = 0

print(np.delete(a, 1, axis=0).tolist(), np.delete(a, [0, -1], axis=1).tolist(), np.delete(a, 5).tolist())
print(np.delete(a, slice(None, None, 2), 1).tolist(), np.delete(np.arange(3), [True, False, True]).tolist())
print(np.delete(np.array(["a", "b", "c"]), [1, 1]).tolist(), np.delete([1.5, 2.5], []).tolist())

b = np.array([1, 2, 3])
print(np.insert(b, 1, 9).tolist(), np.insert(b, [0, 3], [7, 8]).tolist(), np.insert(b, 1, [5, 6]).tolist(), np.insert(b, -1, 2.9).tolist())
print(np.insert(a, 1, 5).tolist())
print(np.insert(a, 1, 5, axis=1).tolist(), np.insert(a, 3, [1, 2, 3], axis=1).tolist())
print(np.insert(a, [1], [[1], [2], [3]], axis=1).tolist(), np.insert(a, [0, 2], [5, 6], axis=1).tolist(), np.insert(a, 3, 0, axis=0).tolist())
print(np.insert(b, [2, 2, 0], [10, 20, 30]).tolist(), np.insert(b, slice(0, 2), [8, 9]).tolist())
print(np.append(b, [4, 5]).tolist(), np.append(a, [[0, 0, 0, 0]], axis=0).shape)

print(np.pad(b, 2).tolist(), np.pad(b, (1, 2), constant_values=9).tolist(), np.pad(b, (1, 2), "constant", constant_values=(7, 8)).tolist())
print(np.pad(a, ((1, 0), (0, 2))).tolist(), np.pad(a, 1, constant_values=((1, 2), (3, 4))).tolist())
for mode in ("edge", "reflect", "symmetric", "wrap"):
    print(mode, np.pad(b, (2, 5), mode).tolist(), np.pad(a, ((1, 1), (2, 0)), mode=mode).tolist())
print(np.pad(np.array([1.5, 2.5]), (1,), constant_values=np.nan), np.pad(b, 1, constant_values=2.7), np.pad([True], 1).tolist())


def kind(call):
    try:
        call()
        return "fine"
    except Exception as error:
        return type(error).__name__


print(kind(lambda: np.split(b, 2)), kind(lambda: np.array_split(b, 0)), kind(lambda: np.delete(b, 3)), kind(lambda: np.insert(b, 5, 0)))
print(kind(lambda: np.pad(np.array([]), 1, "edge")), kind(lambda: np.pad(b, -1)), kind(lambda: np.pad(b, 1, "mirrored")))

# What isn't a place, and widths that name axes.
for wrong in [
    lambda: np.insert(np.array([1, 2, 3]), 1.5, 9),
    lambda: np.insert(np.array([1, 2, 3]), [1.0], 9),
    lambda: np.insert(np.array([1, 2, 3]), np.array([[0, 1]]), 9),
    lambda: np.split(np.arange(6), [1.5]),
    lambda: np.delete(np.arange(2), np.ones((2, 3), bool)),
]:
    try:
        print(wrong())
    except Exception as error:
        print(type(error).__name__)
print(np.split(np.arange(6), np.array(3)), np.delete(np.arange(4), np.array([[0, 1], [2, 2]])))
print(np.pad(np.ones((2, 3)), {1: (0, 2)}), np.pad(np.ones((2, 3)), {0: 2}).shape, np.pad(np.ones((2, 3)), {-1: (1, 0)}).shape)
print(np.pad(np.ones((2, 2)), np.array([[1, 0], [0, 2]])), np.pad(np.ones(2), np.array([[1, 2]])))
