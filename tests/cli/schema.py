"""Validates JSON against the part of JSON Schema (draft 2020-12) that the published schemas use; any other keyword is an error in the schema."""

import json
import os
import re

from program import ROOT

ANNOTATIONS = {"$schema", "$id", "$defs", "title", "description"}


def published(name):
    with open(os.path.join(ROOT, "docs", "reference", name), encoding="utf-8") as file:
        return json.load(file)


def is_type(value, name):
    if name in ("integer", "number"):
        kinds = int if name == "integer" else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool)
    return isinstance(value, {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}[name])


def same(a, b):
    """Equal as JSON, where true is not 1."""
    return a == b and isinstance(a, bool) == isinstance(b, bool)


def object_errors(value, schema, root, place):
    named = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in value:
            yield f"{place}: {name} is missing"
    for name, item in value.items():
        rule = named.get(name, schema.get("additionalProperties", True))
        if rule is False:
            yield f"{place}: {name} is not allowed"
        elif rule is not True:
            yield from errors(item, rule, root, f"{place}.{name}")


def errors(value, schema, root=None, place="$"):
    """One sentence for each way in which the value breaks the schema."""
    root = root or schema
    for keyword, rule in schema.items():
        if keyword in ANNOTATIONS or keyword in ("required", "additionalProperties"):
            continue
        if keyword == "$ref":
            assert rule.startswith("#/$defs/"), rule
            yield from errors(value, root["$defs"][rule.removeprefix("#/$defs/")], root, place)
        elif keyword == "type":
            if not is_type(value, rule):
                yield f"{place}: {value!r} is no {rule}"
        elif keyword == "const":
            if not same(value, rule):
                yield f"{place}: {value!r} is not {rule!r}"
        elif keyword == "enum":
            if not any(same(value, one) for one in rule):
                yield f"{place}: {value!r} is none of {rule}"
        elif keyword == "anyOf":
            if all(any(errors(value, one, root, place)) for one in rule):
                yield f"{place}: {value!r} fits none of the alternatives"
        elif keyword == "minimum":
            if is_type(value, "number") and value < rule:
                yield f"{place}: {value} is below {rule}"
        elif keyword == "maximum":
            if is_type(value, "number") and value > rule:
                yield f"{place}: {value} is above {rule}"
        elif keyword == "pattern":
            if isinstance(value, str) and not re.search(rule, value):
                yield f"{place}: {value!r} does not match {rule}"
        elif keyword == "items":
            if isinstance(value, list):
                for i, item in enumerate(value):
                    yield from errors(item, rule, root, f"{place}[{i}]")
        elif keyword != "properties":
            raise AssertionError(f"the validator does not know {keyword}")
    if isinstance(value, dict):
        yield from object_errors(value, schema, root, place)


def parse(text):
    """Strict JSON: no NaN, no infinity, no name twice."""
    def once(pairs):
        names = [name for name, _ in pairs]
        assert len(set(names)) == len(names), names
        return dict(pairs)

    def never(word):
        raise AssertionError(f"{word} is not JSON")
    return json.loads(text, object_pairs_hook=once, parse_constant=never)
