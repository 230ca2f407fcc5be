"""Answers requests, one line each, until gradproof says bye or closes the pipe."""

import faulthandler
import json
import os
import signal
import sys

from gradproof_adapter.case import Case, ListedCase
from gradproof_adapter.copies import Copies
from gradproof_adapter.frameworks import KINDS, PLAIN, framework_of, imported, open_subject
from gradproof_adapter.graphtext import GraphError, UnknownOp
from gradproof_adapter.loading import InHand
from gradproof_adapter.trouble import (
    LONGEST_MESSAGE, CaseTrouble, ProtocolTrouble, SubjectTrouble, as_reply, one_line, printable)

PROTOCOL = 1

# One encoder for all replies; json.dumps would make one for each.  NaN travels in base64 only.
as_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class Session:
    """What one run of the adapter knows: whom it serves, and that subject once it is open."""

    def __init__(self, file, name, framework):
        self.file = file
        self.name = name
        self.framework = framework
        self.subject = None
        self.refusal = None
        self.owner = os.getpid()
        self.copies = None

    def go_on_in_a_copy(self, number, contract):
        """Goes on in a copy of this process, where the framework allows it; the id of the request that is answered there."""
        if self.subject is not None or self.refusal is not None or isinstance(self.file, InHand):
            return number
        self.choose_framework(contract)
        if self.framework == PLAIN or not getattr(imported(self.framework), "CAN_BE_COPIED", False):
            return number
        self.copies = Copies()
        number = self.copies.begin(number)
        self.owner = os.getpid()
        return number

    def choose_framework(self, contract):
        if self.framework == "auto":
            self.framework = framework_of(self.file, contract == "schedule")

    def opened(self, contract=""):
        """The subject.  It is imported once, at the first call; a failure to do so is final as well."""
        if self.refusal is not None:
            raise self.refusal
        if self.subject is None:
            try:
                self.choose_framework(contract)
                self.subject = open_subject(self.framework, self.file, self.name, contract)
            except SubjectTrouble as trouble:
                self.refusal = trouble
                raise
        return self.subject


def hello(session, request):
    if request.get("protocol") != PROTOCOL:
        raise ProtocolTrouble(f"this adapter speaks protocol {PROTOCOL}; the request says {request.get('protocol')!r}")
    contract = request.get("contract", "")
    if contract not in KINDS:
        raise ProtocolTrouble(f"this adapter knows no contract {contract!r}; known: {', '.join(filter(None, KINDS))}")
    if request.get("again") is True and number(request) is not None:
        request["id"] = session.go_on_in_a_copy(request["id"], contract)
    description = session.opened(contract).description
    opened_as = {"contract": contract} if contract else {}
    copied = {"again": True} if session.copies else {}
    return {"protocol": PROTOCOL, "adapter": session.framework, **description, **opened_as, **copied}


def again(session, request):
    """Ends this copy; another one, in which nothing of the subject's has been done yet, answers as it did to hello."""
    if session.copies is None or number(request) is None:
        raise ProtocolTrouble("again where the reply to hello did not offer it")
    session.copies.another(request["id"])


def run(session, request):
    if session.subject is None:
        raise ProtocolTrouble("run before a hello that was answered with ok")
    cases = request.get("cases")
    if not isinstance(cases, list):
        raise ProtocolTrouble("run needs `cases`, an array")
    return {"results": [result(session.subject, each, place) for place, each in enumerate(cases)]}


def result(subject, request, place):
    try:
        if isinstance(request, dict) and "nodes" in request:
            return subject.run_listed(ListedCase.read(request))
        return subject.run(Case.read(request))
    except CaseTrouble as trouble:
        return {"error": as_reply(trouble)}
    except UnknownOp as unknown:
        return {"error": {"kind": "unsupported", "message": f"this adapter has no {unknown}"}}
    except (ProtocolTrouble, GraphError) as trouble:
        raise ProtocolTrouble(f"case {place}: {trouble}") from None


def bye(_session, _request):
    return {}


COMMANDS = {"hello": hello, "run": run, "again": again, "bye": bye}


def read_request(line):
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProtocolTrouble(f"the request is not a line of JSON ({one_line(error)})") from None
    if not isinstance(request, dict):
        raise ProtocolTrouble(f"the request is a JSON {type(request).__name__}, not an object")
    return request


def number(request):
    """The request's id, when it is one that a reply can carry back."""
    return request["id"] if type(request.get("id")) is int else None


def answer(session, line):
    """The reply to one line, and whether it was the last one.  Whatever the line, there is a reply."""
    request = {}
    try:
        request = read_request(line)
        command = request.get("command")
        if not isinstance(command, str) or command not in COMMANDS:
            raise ProtocolTrouble(f"unknown command {command!r}; known: {', '.join(COMMANDS)}")
        # The id comes last: a copy that takes over answers another request than the one that it was copied in.
        found = COMMANDS[command](session, request)
        return {"id": number(request), "ok": True, **found}, command == "bye"
    except SubjectTrouble as trouble:
        error = as_reply(trouble)
    except ProtocolTrouble as trouble:
        error = {"kind": "protocol", "message": printable(str(trouble))[:LONGEST_MESSAGE]}
    return {"id": number(request), "ok": False, "error": error}, False


def serve(wire, file, name, framework):
    # Ctrl-C ends the adapter at once; a KeyboardInterrupt that turns up below is then the subject's own doing.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    faulthandler.enable()
    session = Session(file, name, framework)
    for line in wire.requests:
        reply, last = answer(session, line)
        if os.getpid() != session.owner:
            # The subject forked, and its child came back out of our call: only one of the two may answer.
            os._exit(0)
        try:
            wire.send(as_json(reply))
        except BrokenPipeError:
            break
        if last:
            break
        if session.subject is not None:
            wire.requests.read_ahead = True
    leave()


def leave():
    """Ends the process at once, without waiting for threads or exit handlers that the subject may have left behind."""
    try:
        sys.stderr.flush()
    finally:
        os._exit(0)
