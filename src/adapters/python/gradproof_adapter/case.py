"""One case of a run request."""

from typing import NamedTuple

from gradproof_adapter.trouble import ProtocolTrouble


class Case(NamedTuple):
    graph: str
    dtype: str
    layout: str
    rank: int

    @staticmethod
    def read(request):
        if not isinstance(request, dict):
            raise ProtocolTrouble(f"a case is a JSON object, not {type(request).__name__}")
        case = Case(request.get("graph"), request.get("dtype"), request.get("layout", "contiguous"),
                    request.get("rank", 2))
        for field in ("graph", "dtype", "layout"):
            if not isinstance(getattr(case, field), str):
                raise ProtocolTrouble(f"`{field}` must be a string")
        if type(case.rank) is not int:
            raise ProtocolTrouble("`rank` must be an integer")
        return case
