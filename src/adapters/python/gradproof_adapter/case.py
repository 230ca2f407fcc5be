"""One case of a run request."""

from typing import NamedTuple

from gradproof_adapter.trouble import ProtocolTrouble


class ListedCase(NamedTuple):
    """A graph as a list of nodes, which needs no reading: for many small graphs."""
    nodes: list
    outputs: list
    numbers: str                            # of the leaves and then of the cotangents, in base64
    dtype: str

    @staticmethod
    def read(request):
        try:
            case = ListedCase(request["nodes"], request["outputs"], request["numbers"], request["dtype"])
        except KeyError as error:
            raise ProtocolTrouble(f"a case with `nodes` needs {error.args[0]!r} as well") from None
        if type(case.nodes) is not list or type(case.outputs) is not list or type(case.numbers) is not str or type(case.dtype) is not str:
            raise ProtocolTrouble("`nodes` and `outputs` must be arrays, `numbers` and `dtype` strings")
        return case


class Case(NamedTuple):
    graph: str
    dtype: str
    layout: str
    rank: int
    scenario: object = None                 # a list of steps in place of a graph
    twice: bool = False                     # go backward twice
    contract: str = ""                      # of a schedule or a training step: how it is used

    @staticmethod
    def read(request):
        if not isinstance(request, dict):
            raise ProtocolTrouble(f"a case is a JSON object, not {type(request).__name__}")
        scenario = request.get("scenario")
        case = Case(request.get("graph") if scenario is None else "", request.get("dtype"),
                    request.get("layout", "contiguous"), request.get("rank", 2), scenario, request.get("twice", False),
                    request.get("contract", ""))
        for field in ("graph", "dtype", "layout", "contract"):
            if not isinstance(getattr(case, field), str):
                raise ProtocolTrouble(f"`{field}` must be a string")
        if type(case.rank) is not int:
            raise ProtocolTrouble("`rank` must be an integer")
        if type(case.twice) is not bool:
            raise ProtocolTrouble("`twice` must be true or false")
        return case
