"""Random arrays differ from engine to engine, so only what holds of any is printed."""
import dask.array as da

x = da.random.random((500, 400), chunks=(100, 150))
print(x.shape, x.dtype, x.chunks)
print(abs(float(x.mean().compute()) - 0.5) < 0.01, abs(float(x.std().compute()) - 12**-0.5) < 0.01)
print(float(x.min().compute()) >= 0, float(x.max().compute()) < 1)
y = x[:400] + x[:400].T
print(y.shape, abs(float(y[::2, 100:].mean(axis=1).mean().compute()) - 1) < 0.02)
