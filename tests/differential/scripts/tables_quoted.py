"""Text files with quotes, comments, other separators and dates as they are found."""

import io

import pandas as pd

TEXTS = {
    'a,b\n"x\ny",1\n"p,q",2\n"say ""no""",3\n': {},
    'a,b # names\n"x # y",1 # one\n# none\nz,2\n': {"comment": "#"},
    'a b\n"x y"  1\n  z   2\n': {"sep": r"\s+"},
    "a\tb\n1\t2\n\t\n3\t4\n": {"sep": "\t"},
    "a,b\n-999.00,1\n2.5,-999\n": {"na_values": [-999]},
    "a,b\n1,2\n3,4\n": {"dtype": {0: "float64"}, "converters": {1: lambda text: text + "!"}},
    "a,b\nx\x0cy,1\nz,2\n": {},
    'a,b\n5" pipe,1\n"",2\n': {},
    "t\n01/02/2000\n03/04/2000\n": {"parse_dates": ["t"]},
    "t\n13/02/2000 10:30\n03/04/2000 11:00\n": {"parse_dates": ["t"]},
    "t,v\n2-Jan-2000,1\n,2\n": {"parse_dates": ["t"]},
    "t,v\n2000-01-02,1\n2000-01-03,2\n": {"parse_dates": ["t"]},
    "t\n2000/01/02\n2000/03/04\n": {"parse_dates": ["t"]},
    "t\n20000102\n20000304\n": {"parse_dates": ["t"]},
    "\n   \na,b\r\n1,2\r\n": {},
    'skipped\na,b\n1,"2"\n': {"skiprows": 1},
}
for text, options in TEXTS.items():
    table = pd.read_csv(io.StringIO(text), **options)
    print(table, [str(dtype) for dtype in table.dtypes], table.iloc[:, 0].dropna().tolist())
