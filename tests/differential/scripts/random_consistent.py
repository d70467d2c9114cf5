"""One random array used twice holds the same numbers both times; two hold different ones."""
import dask.array as da

x = da.random.random((200, 300), chunks=(64, 64))
z = da.random.random((200, 300), chunks=(64, 64))
print(float(abs(x - x).max().compute()), float(abs(x[50:, ::3] - x[50:][:, ::3]).max().compute()))
print(float(abs(x - z).max().compute()) > 0.5, float(abs(x - z).min().compute()) > 0)
print(abs(float((x * z).mean().compute()) - 0.25) < 0.01)
