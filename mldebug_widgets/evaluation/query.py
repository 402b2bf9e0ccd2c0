"""Rows by a condition in the pandas query language: parsed and interpreted, never evaluated as code."""

from __future__ import annotations

import ast
import difflib
import operator
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.errors import MldError, MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.query_names import written_name

MAX_LENGTH = 100_000  # a set of 200 categories, and a few more conditions
_ALLOWED = (
    "comparisons (==, !=, <, <=, >, >=, in, not in), and, or, not, parentheses, `backtick names`, numbers, text, "
    "lists, .isna(), .notna(), .isin([...]), .between(a, b), .str.contains(), .str.startswith(), .str.endswith(), "
    ".str.len(), .dt.year, .dt.quarter, .dt.month, .dt.day, .dt.day_of_week, .dt.hour, .dt.minute"
)
# Name in a query -> in pandas; the weekday's older names are going away there, and people go on writing them.
_MOMENT_PARTS = {name: name for name in ("year", "quarter", "month", "day", "day_of_week", "hour", "minute")} | {
    "weekday": "day_of_week",
    "dayofweek": "day_of_week",
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
# Method -> number of arguments, and the keywords that may go with them.
_Signatures = dict[str, tuple[int, tuple[str, ...]]]
_METHODS: _Signatures = {
    "isna": (0, ()),
    "isnull": (0, ()),
    "notna": (0, ()),
    "notnull": (0, ()),
    "isin": (1, ()),
    "between": (2, ("inclusive",)),
}
_TEXT_METHODS: _Signatures = {
    "contains": (1, ("case", "regex", "na")),
    "startswith": (1, ("na",)),
    "endswith": (1, ("na",)),
}


def rows_matching(query: str, frame: pd.DataFrame, extra: Mapping[str, pd.Series]) -> npt.NDArray[np.bool_]:
    """Find the rows that fulfil ``query``.

    Parameters
    ----------
    query
        A condition in a safe part of the language of ``DataFrame.query``; blank means every row.
    frame
        The table; its columns win over ``extra`` where names meet.
    extra
        Further row-aligned columns by name.

    Returns
    -------
    ndarray of bool, shape (n,)
        What ``frame.query(query)`` keeps: a comparison with a missing value does not hold, except ``!=`` on columns
        that mark missing values with NaN. One difference: a datetime equals a text that names the same moment.

    Raises
    ------
    MldTypeError, MldValueError
        ``MLD-Q01`` no condition or bad syntax, ``MLD-Q02`` unknown name, ``MLD-Q03`` something the language here
        does not have, ``MLD-Q04`` values that cannot be compared, ``MLD-Q05`` a part that a column does not have.
    """
    if not isinstance(query, str):
        raise MldTypeError("MLD-Q01", "query", f"got {shown(query)}", "text", 'Pass text such as "age > 40".')
    if not query.strip():
        return np.ones(len(frame), bool)
    if len(query) > MAX_LENGTH:
        raise _syntax(f"{len(query)} characters", f"at most {MAX_LENGTH} characters")
    source, quoted = _without_backticks(query)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an escape such as '\\d' in a pattern is no fault of the query's
            tree = ast.parse(source.strip(), mode="eval")
        mask = _Reader(query, quoted, frame, extra).condition(tree.body)
    except (SyntaxError, ValueError) as error:
        if isinstance(error, MldError):
            raise
        raise _syntax(f"{shown(query)} cannot be read: {getattr(error, 'msg', error)}", _ALLOWED) from error
    except (RecursionError, MemoryError) as error:
        raise _syntax("it is nested too deeply", _ALLOWED) from error
    return np.asarray(mask.fillna(False).to_numpy(dtype=bool))


def _syntax(got: str, allowed: str) -> MldValueError:
    fix = 'Write a condition such as age > 40 and city == "Rome"; put names with spaces in `backticks`.'
    return MldValueError("MLD-Q01", "query", got, allowed, fix)


def _without_backticks(query: str) -> tuple[str, dict[str, str]]:
    """Replace `quoted names` by placeholders, and & and | by the words, which is how pandas reads them too."""
    out: list[str] = []
    quoted: dict[str, str] = {}
    at = 0
    while at < len(query):
        char = query[at]
        if char in "\"'":
            end = _end_of_text(query, at)
            out.append(query[at:end])
            at = end
        elif char == "`":
            end = query.find("`", at + 1)
            if end < 0:
                raise _syntax(f"{shown(query)} has a backtick without its partner", "backticks in pairs")
            placeholder = f"quoted_name_{len(quoted)}_"
            quoted[placeholder] = query[at + 1 : end]
            out.append(f" {placeholder} ")
            at = end + 1
        else:
            out.append({"&": " and ", "|": " or ", "\n": " "}.get(char, char))
            at += 1
    return "".join(out), quoted


def _end_of_text(query: str, start: int) -> int:
    at = start + 1
    while at < len(query) and query[at] != query[start]:
        at += 2 if query[at] == "\\" else 1
    return min(at + 1, len(query))


class _Reader:
    """Walks the syntax tree of one query. Every node that is not named here is refused."""

    def __init__(
        self, query: str, quoted: Mapping[str, str], frame: pd.DataFrame, extra: Mapping[str, pd.Series]
    ) -> None:
        self._query = query
        self._quoted = quoted
        self._frame = frame
        self._extra = extra
        self._labels = {str(label): label for label in frame.columns}

    def condition(self, node: ast.expr) -> pd.Series:
        """Return the rows where ``node`` holds, as a boolean Series with missing where it cannot be told."""
        if isinstance(node, ast.BoolOp):
            parts = [self.condition(value) for value in node.values]
            join = operator.and_ if isinstance(node.op, ast.And) else operator.or_
            result = parts[0]
            for part in parts[1:]:
                result = join(result, part)
            return result
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
            return ~self.condition(node.operand)
        if isinstance(node, ast.Compare):
            return self._comparison(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Name):
            return self._flag(node)
        raise self._unsupported(node, "as a condition")

    def _unsupported(self, node: ast.AST, what: str = "here") -> MldValueError:
        text = ast.unparse(node)
        for placeholder, name in self._quoted.items():
            text = text.replace(placeholder, f"`{name}`")
        fix = "Compute the rows in Python and set them as the selection, or write it with what is allowed."
        return MldValueError("MLD-Q03", "query", f"{shown(text)} {what} in {shown(self._query)}", _ALLOWED, fix)

    def _name(self, node: ast.Name) -> str:
        return self._quoted.get(node.id, node.id)

    def _column(self, node: ast.Name) -> pd.Series:
        name = self._name(node)
        if name in self._labels:
            return self._frame[self._labels[name]]
        if name in self._extra:
            return self._extra[name].rename(name)
        known = [*self._extra, *self._labels]
        close = difflib.get_close_matches(name, known, 1)
        fix = f"Did you mean {close[0]!r}?" if close else 'Text goes in quotes: city == "Rome".'
        raise MldValueError("MLD-Q02", "query", f"there is no column {name!r}", f"one of {known[:12]}", fix)

    def _flag(self, node: ast.Name) -> pd.Series:
        name, column = self._name(node), self._column(node)
        if pd.api.types.is_object_dtype(column.dtype):
            column = column.astype("boolean") if _holds_flags(column) else column
        if not pd.api.types.is_bool_dtype(column.dtype) or isinstance(column.dtype, pd.CategoricalDtype):
            raise MldValueError(
                "MLD-Q04",
                "query",
                f"{name!r} is {column.dtype}, not true or false",
                "a boolean column alone, or a comparison",
                f"Compare it with something: {written_name(name)} == ...",
            )
        return _settled(column)

    def _comparison(self, node: ast.Compare) -> pd.Series:
        """Return the rows of a comparison; ``a < b < c`` means ``a < b and b < c``."""
        operands = [node.left, *node.comparators]
        result: pd.Series | None = None
        for left, op, right in zip(operands, node.ops, operands[1:], strict=False):
            part = self._compared(left, op, right)
            result = part if result is None else result & part
        if result is None:
            raise self._unsupported(node)
        return result

    def _compared(self, left_node: ast.expr, op: ast.cmpop, right_node: ast.expr) -> pd.Series:
        left, right = self._operand(left_node), self._operand(right_node)
        if not isinstance(left, pd.Series) and not isinstance(right, pd.Series):
            raise self._unsupported(left_node, "compared with another constant")
        try:
            if isinstance(op, ast.In | ast.NotIn) or _is_membership(left, op, right):
                found = self._member(left, right, right_node)
                return ~found if isinstance(op, ast.NotIn | ast.NotEq) else found
            compare = _COMPARISONS.get(type(op))
            if compare is None:
                raise self._unsupported(left_node, f"with {type(op).__name__.lower()}")
            return _settled(compare(_stamped(left, right), _stamped(right, left)))
        except MldError:
            raise
        except (TypeError, ValueError, OverflowError, NotImplementedError, AttributeError) as error:
            raise _incomparable(left, right, error) from error

    def _operand(self, node: ast.expr) -> Any:
        values = self._values(node)
        return self._literal(node) if values is None else values

    def _values(self, node: ast.expr) -> pd.Series | None:
        """Return the column that ``node`` names, or the part of it (hour, length); None when it names neither."""
        if isinstance(node, ast.Name):
            return self._column(node)
        is_length = isinstance(node, ast.Call) and not node.args and not node.keywords
        part = node.func if isinstance(node, ast.Call) and is_length else node
        if not isinstance(part, ast.Attribute) or not isinstance(part.value, ast.Attribute):
            return None
        owner, accessor, name = part.value.value, part.value.attr, part.attr
        known = (accessor == "str" and name == "len") if is_length else (accessor == "dt" and name in _MOMENT_PARTS)
        if not isinstance(owner, ast.Name) or not known:
            return None
        column = self._column(owner)
        try:
            values = getattr(getattr(column, accessor), _MOMENT_PARTS.get(name, name))
            return (values() if is_length else values).rename(f"{column.name}.{accessor}.{name}")
        except (AttributeError, TypeError) as error:
            raise MldValueError(
                "MLD-Q05",
                "query",
                f"{str(column.name)!r} is {column.dtype}",
                "datetimes for .dt, text for .str",
                "Convert the column with pd.to_datetime() or .astype(str) before mld.evaluate.",
            ) from error

    def _literal(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float | str):
            return node.value
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            value = self._literal(node.operand)
            if isinstance(value, int | float):
                return -value if isinstance(node.op, ast.USub) else value
        if isinstance(node, ast.List | ast.Tuple):
            return [self._literal(item) for item in node.elts]
        raise self._unsupported(node)

    def _member(self, left: Any, right: Any, node: ast.expr) -> pd.Series:
        column, items = (left, right) if isinstance(left, pd.Series) else (right, left)
        if isinstance(items, pd.Series):
            return _settled(column.isin(items))
        if column is right and isinstance(items, list):
            raise self._unsupported(node, "on the right of a list")
        return _settled(column.isin(items if isinstance(items, list) else [items]))

    def _call(self, node: ast.Call) -> pd.Series:
        method = node.func
        if not isinstance(method, ast.Attribute):
            raise self._unsupported(node)
        owner: ast.expr = method.value
        methods = _METHODS
        is_text = isinstance(owner, ast.Attribute) and owner.attr == "str"
        if isinstance(owner, ast.Attribute) and is_text:
            owner, methods = owner.value, _TEXT_METHODS
        column = self._values(owner) if method.attr in methods else None
        if column is None:
            raise self._unsupported(node)
        count, keywords = methods[method.attr]
        if len(node.args) != count or any(keyword.arg not in keywords for keyword in node.keywords):
            raise self._unsupported(node, "with these arguments")
        arguments = [self._literal(argument) for argument in node.args]
        options = {str(keyword.arg): self._literal(keyword.value) for keyword in node.keywords}
        try:
            target = column.str if is_text else column
            return _settled(getattr(target, method.attr)(*arguments, **options))
        except Exception as error:  # re.error, ArrowInvalid and pandas' own, all about the arguments
            raise MldValueError(
                "MLD-Q04",
                "query",
                f"{shown(self._query)}: {error}",
                f"arguments that .{method.attr}() takes on a column of {column.dtype}",
                "Check the column's type and the pattern; regex=False takes the pattern as plain text.",
            ) from error


def _holds_flags(column: pd.Series) -> bool:
    return bool(pd.api.types.infer_dtype(column, skipna=True) == "boolean")


def _is_membership(left: Any, op: ast.cmpop, right: Any) -> bool:
    """Tell whether == or != asks for membership: with a list always, and with text as pandas does it.

    Datetimes are left out, because there the text is a moment to be parsed.
    """
    if not isinstance(op, ast.Eq | ast.NotEq):
        return False
    column, other = (left, right) if isinstance(left, pd.Series) else (right, left)
    if isinstance(other, list):
        return True
    return isinstance(other, str) and not _is_moment(column)


def _is_moment(value: Any) -> bool:
    if not isinstance(value, pd.Series):
        return False
    return getattr(value.dtype, "kind", "") == "M"


def _stamped(value: Any, other: Any) -> Any:
    """Return text that is compared with datetimes as a moment in their time zone."""
    if not isinstance(value, str) or not _is_moment(other):
        return value
    moment = pd.Timestamp(value)
    zone = getattr(other.dtype, "tz", None) or getattr(getattr(other.dtype, "pyarrow_dtype", None), "tz", None)
    return moment.tz_localize(zone) if zone is not None and moment.tz is None else moment


def _settled(mask: Any) -> pd.Series:
    """Return a truth column as numpy bool, or as pandas' nullable boolean where it holds missing values."""
    if not isinstance(mask, pd.Series):
        raise TypeError("the comparison has no row-wise answer")
    if mask.dtype == bool:
        return mask
    nullable = mask.astype("boolean")
    return nullable if nullable.hasnans else nullable.astype(bool)


def _incomparable(left: Any, right: Any, error: Exception) -> MldValueError:
    def kind(value: Any) -> str:
        return f"{str(value.name)!r} ({value.dtype})" if isinstance(value, pd.Series) else shown(value)

    return MldValueError(
        "MLD-Q04",
        "query",
        f"{kind(left)} cannot be compared with {kind(right)}: {error}",
        "values of one kind; order only where there is one",
        "Numbers stand alone, text and dates go in quotes.",
    )
