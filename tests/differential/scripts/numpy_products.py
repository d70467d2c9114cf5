"""Products of small arrays."""

import numpy as np

a = np.arange(6.0).reshape(2, 3)
b = np.arange(12.0).reshape(3, 4) - 5
c = np.arange(24).reshape(2, 3, 4)
print(a @ b, np.dot(a, b), np.matmul(a, b), a.dot(b))
print(np.dot(c, np.arange(4)), np.dot(c, c.transpose(0, 2, 1)).shape, np.inner(a, a), np.inner([1, 2], [3, 4]))
print(np.vdot(a, a), np.outer([1, 2], [3, 4, 5]), np.tensordot(a, b, axes=1), np.tensordot(c, c, axes=([0, 1], [0, 1])))
print(np.einsum("ij,jk->ik", a, b), np.einsum("ii->i", b[:, :3]), np.einsum("ii", b[:, :3]), np.einsum("ijk->kji", c).shape)
print(np.einsum("...j,j->...", c, np.arange(4)), np.einsum("ij,ij->", a, a), np.einsum("i,j", [1, 2], [3, 4]))
print(np.dot(2, 3), np.dot([1, 2], [3, 4]), np.dot(3, a), (a @ [1, 2, 3]), ([1, 2] @ a))
i = np.array([[100, 100]], dtype="int8")
print(i @ i.T, (i @ i.T).dtype, (np.array([[True, False]]) @ np.array([[True], [True]])).dtype)
print(np.linalg.norm(a), np.linalg.norm(a, axis=1), np.linalg.norm([3, 4]))
try:
    a @ a
except ValueError as error:
    print(type(error).__name__)
