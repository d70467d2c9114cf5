"""The normal distribution with a location and a scale."""
import dask.array as da

x = da.random.normal(10, 2, size=(600, 500), chunks=(200, 200))
print(x.shape, x.dtype)
print(abs(float(x.mean().compute()) - 10) < 0.05, abs(float(x.std().compute()) - 2) < 0.05)
skew = ((x - 10) / 2) ** 3
print(abs(float(skew.mean().compute())) < 0.05, abs(float((abs(x - 10) < 2).mean().compute()) - 0.6827) < 0.01)
