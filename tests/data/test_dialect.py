"""How a text file is laid out: one reading for the whole file, or one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from mlstarter.data.csv_rows import column_names, rows_of
from mlstarter.data.dialect import detect
from mlstarter.data.errors import DataError

LONE = 'a\tb\nx 5" disk\ty\n"foo\tz\nbar\tq\n'


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("a,b\n1,2\n3,4\n", {}),
        ("w;d;k\n1,5;2,5;A\n3,2;1,2;B\n", {"separator": ";"}),
        ("w;d\n1,5;2,5\n3,2;1,2\n", {"separator": ";"}),
        ("a|b\n1|2\n", {"separator": "|"}),
        ("a b\n1 2\n", {"separator": " "}),
        ("a^b\n1^2\n", {"separator": "^"}),
        (LONE, {"separator": "\t", "quote": ""}),
        ('a\tb\n"foo\tz\nbar"\tq\n', {"separator": "\t", "quote": ""}),
        ('a,b\n"x, y","1"\n"z ""q""",2\n', {}),
        ('a,b\n"x \\"q\\", y",1\n"z",2\n', {"escape": "\\"}),
        ("'a','b'\n'x, y','z'\n'p','q'\n", {"quote": "'"}),
        ("text,label\nit's fine,x\n'quoted' word,y\n", {}),
        ('text,label\n"several\nlines, and more",x\nplain,y\n', {}),
        ("# one\n# two\na,b\n1,2\n# three\n3,4\n", {"comment": "#"}),
        ("Report 2023\n\nname,x,y\na,1,2\nb,2,3\n", {"skip_lines": 1}),
        ("Report 2023,,\nname,x,y\na,1,2\nb,2,3\n", {"skip_lines": 1}),
        ("Report;;\nof 2023;;\n;;\nname;x;y\na;1;2\nb;2;3\n", {"separator": ";", "skip_lines": 3}),
        ("##v=4\n##s=x\n#a\tb\n1\t2\n3\t4\n", {"separator": "\t", "skip_lines": 2}),
        ("# rows without names\n1,2\n3,4\n", {"comment": "#", "header": False}),
        ("sep=;\na;b\n1;2\n", {"separator": ";", "skip_lines": 1}),
        ('t\ty\n"so" he said\t1\nhe said "so\t2\n', {"separator": "\t", "quote": ""}),
        ('t,y\n"a \\"so\\"",1\n"b",2\n', {"escape": "\\"}),
        ("1,2,3\n4,5,6\n", {"header": False}),
        ("yes,a\nno,b\nyes,b\n", {"header": False}),
        ("1,5;2,5\n3,2;1,2\n", {"separator": ";", "header": False}),
        ("-1.5e-01,2e+00\n-3.5e-01,4e+00\n", {"header": False}),
        ("-.5,.25\n.75,-.1\n", {"header": False}),
        ("NaN,x\n5,y\n6,x\n7,y\n", {"header": False}),
        ("5,?\n?,6\n7,8\n", {"header": False}),
        (",name\n0,foo\n1,bar\n", {}),
        ("a b\tc,d\ty\n1 2\t5,6\t0\n3 4\t7,8\t1\n", {"separator": "\t"}),
        ("  a   b\n  1   2\n 10  20\n", {"separator": " "}),
        ("name,1999,2000\nx,5,6\ny,7,8\n", {}),
        ("0,1,2\n5,6,7\n8,9,1\n", {}),
        ("a,b,\n1,2,\n3,4,\n", {}),
        ("a,b\n1,2,\n3,4,\n", {}),
        ("a;b\r1;2\r", {"separator": ";"}),
        ("a;b\r\n1;2\r\n\r\n\r\n", {"separator": ";"}),
        ("a,b\n,\n1,2\n", {}),
    ],
)
def test_one_layout_gives_every_row_the_width_of_the_header(
    text: str, settings: dict[str, Any]
) -> None:
    facts_found = detect(text, "f.csv", {})
    assert facts_found.non_defaults() == settings
    assert len({len(row) for _, row in rows_of(text, facts_found)}) == 1 or text.startswith(
        "a,b\n1,2,"
    )


@pytest.mark.parametrize("end", ["\n", "\r"])
@pytest.mark.parametrize(("cells", "width", "count"), [(1_400, 9, 400), (1, 200_000, 40)])
def test_rows_of_many_letters_are_no_narrow_ones(
    cells: int, width: int, count: int, end: str
) -> None:
    # Genes of some hundred patients, or books: the first four million letters end within a row.
    row = ",".join("7" * width for _ in range(cells))
    text = ",".join(f"g{i}" for i in range(cells)) + f",y{end}"
    text += "".join(f"{row},{'ab'[i % 2]}{end}" for i in range(count))
    assert detect(text, "f.csv", {}).non_defaults() == {}


def test_lone_quotes_swallow_no_lines() -> None:
    cells = [row for _, row in rows_of(LONE, detect(LONE, "f.tsv", {}))]
    assert cells == [["a", "b"], ['x 5" disk', "y"], ['"foo', "z"], ["bar", "q"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\ufeff\n \n", "is empty"),
        ("a,b,c\n1,2,3\n1,2\n", "line 3: 2 cells, and the first row has 3"),
        ("a,b\n1,2\n3,4,5\n", "line 3: 3 cells, and the first row has 2"),
        ("a,b,c\n" + "1,2,3\n" * 2000 + "1,2\n", "line 2,002: 2 cells"),
        ("hello\nworld\n", "one column only"),
        (",".join("abc" for _ in range(2001)) + "\n", "2,001 columns"),
    ],
)
def test_what_is_no_table_is_refused_with_the_line(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        detect(text, "f.csv", {})


def test_what_the_owner_states_is_obeyed() -> None:
    assert detect("a;b,c\n1;2,3\n", "f", {"separator": ","}).separator == ","
    assert not detect("a,b\n1,2\n", "f", {"header": False}).non_defaults().get("separator")


def test_names_are_stripped_filled_and_numbered() -> None:
    assert column_names([" a ", "", "a", "a"]) == ["a", "column_2", "a_2", "a_3"]
