"""Small numpy arrays on the script's side."""
import numpy as np

a = np.array([3.0, 1.0, 2.0])
print(a.sum(), a.mean(), a.max(), a[1:], a * 2 + 1, (a > 1.5).any(), len(a), a.shape, a.dtype)
print(np.arange(5), np.linspace(0, 1, 5), np.zeros(3), np.ones((2, 2)), np.full(2, 7))
print(np.sqrt(a), np.sort(a), np.round(a / 3, 2), np.pi, np.isnan(np.nan), np.float32(1.5) * 2, np.int64(7) // 2)
print(a.tolist(), a.astype("int32"), a.reshape(3, 1).shape, np.deg2rad(180.0))
