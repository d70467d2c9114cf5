"""Python's own modules of text and tables."""

import csv
import io
import json
import re
import string
import textwrap

import numpy as np

rows = [{"name": "a,b", "value": 1.5}, {"name": 'q"q', "value": 2}]
stream = io.StringIO()
writer = csv.DictWriter(stream, fieldnames=["name", "value"])
writer.writeheader()
writer.writerows(rows)
print(stream.getvalue().splitlines(), list(csv.reader(io.StringIO("x;y\n1;2\n"), delimiter=";")))
print([row["name"] for row in csv.DictReader(io.StringIO(stream.getvalue()))])
print(string.ascii_lowercase[:5], string.Template("$name has $n").substitute(name="x", n=3), string.digits, string.capwords("a bc"))
print(textwrap.dedent("    a\n      b\n"), textwrap.fill("one two three four five", width=10), textwrap.shorten("hello big world", 12), textwrap.indent("a\nb", "> "))
print(re.findall(r"(\w+)=(\d+)", "a=1, b=22"), re.split(r"[,;]\s*", "a, b;c"), re.fullmatch(r"[a-z]+", "abc") is not None)
pattern = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)", re.IGNORECASE)
print(pattern.search("on 2001-02-03").groupdict(), pattern.sub(lambda m: m["month"] + "/" + m["year"], "2001-02 2002-03"))
print(json.dumps({"b": [1, 2.5, None, True], "a": {"x": "é"}}, sort_keys=True), json.dumps([1, 2], indent=2), json.loads('{"a": [1, {"b": null}]}'))
print(json.dumps({"v": np.arange(3).tolist(), "m": float(np.float32(0.5)), "n": int(np.int64(3))}))
print(f"{1234567.891:,.2f} {0.000012345:.3e} {'x':>5}|{'y':<5}|{'z':^5}| {255:#x} {5:03d} {0.25:.0%} {1/3!r:.6}")
print("{0} {name!r} {1:.1f}".format("a", 2.25, name="n"), "%5.2f|%-6s|%03d" % (3.14159, "ab", 7), "a-b-c".split("-"), "x".join(["1", "2"]))
print("Title Case".swapcase(), "abc".center(9, "*"), "a\tb".expandtabs(4), "ab" "cd", "abcabc".replace("b", "X", 1), "b" in "abc", "abc"[::-1])
try:
    json.loads("{bad")
except json.JSONDecodeError as error:
    print(type(error).__name__, error.lineno)
