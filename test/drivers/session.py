"""What the Python programs share: they print one JSON object of what each step gave."""

import json
import sys

steps = {}


def plain(value):
    """As JSON carries it, with the type where the text alone would not tell."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value).hex()
    if hasattr(value, "items") and hasattr(value, "keys"):
        return {str(key): plain(item) for key, item in value.items()}
    return str(value)


def problem(error):
    """The fields of an error that a program can act on; of what is no error of the server, its text."""
    diag = getattr(error, "diag", None)
    if diag is not None and diag.sqlstate is not None:
        return {
            "sqlstate": diag.sqlstate,
            "severity": diag.severity,
            "message": diag.message_primary,
            "detail": diag.message_detail,
            "hint": diag.message_hint,
            "position": diag.statement_position,
            "schema": diag.schema_name,
            "table": diag.table_name,
            "column": diag.column_name,
            "constraint": diag.constraint_name,
        }
    if getattr(error, "sqlstate", None) is None:
        return f"{type(error).__name__}: {error}"
    fields = ["severity", "message", "detail", "hint", "position"]
    names = ["schema", "table", "column", "constraint"]
    return {
        "sqlstate": error.sqlstate,
        **{field: getattr(error, field, None) for field in fields},
        **{name: getattr(error, f"{name}_name", None) for name in names},
    }


def failing(act, *arguments, **options):
    try:
        act(*arguments, **options)
    except Exception as error:
        return problem(error)
    return "no error"


async def async_failing(awaitable):
    try:
        await awaitable
    except Exception as error:
        return problem(error)
    return "no error"


def arguments():
    """URL, and which part."""
    return sys.argv[1], sys.argv[2]


def finish():
    print(json.dumps(steps, ensure_ascii=False))
