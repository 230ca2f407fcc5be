"""Whether an exchange, as lines that begin with > or <, fits docs/reference/protocol.schema.json."""

import json

import schema

NAME = "protocol.schema.json"


def errors_of(line, kind):
    published = schema.published(NAME)
    return list(schema.errors(line, {"$ref": f"#/$defs/{kind}"}, published, kind))


def refused(reply):
    return reply.get("ok") is False and reply.get("error", {}).get("kind") == "protocol"


def wrong_in(lines):
    """One sentence for each line that does not fit. A request may break the schema where its reply says that it does."""
    request = None
    for line in lines:
        mark, _, text = line.partition(" ")
        if mark == ">":
            try:
                request = errors_of(json.loads(text), "request")
            except ValueError as error:
                request = [f"not JSON: {error}"]
            continue
        reply = schema.parse(text)
        if request and not refused(reply):
            yield from request
        if "…" not in reply:  # there the documentation leaves fields out
            yield from errors_of(reply, "reply")
