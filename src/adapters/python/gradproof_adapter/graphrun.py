"""Walks a graph forward, with the subject's layer at every reversal, whatever the framework."""

from gradproof_adapter.trouble import CaseTrouble, one_line, trace

LEAVES = ("input", "const")


def check_supported(framework, graph, case):
    check_dtype(framework, case.dtype)
    if case.layout not in framework.layouts:
        raise CaseTrouble("unsupported", f"layout {case.layout!r}; known: {', '.join(framework.layouts)}")
    if not 0 <= case.rank <= 4:
        raise CaseTrouble("unsupported", f"rank {case.rank}; known: 0 to 4")
    if case.rank != 2 and not is_op_level(graph):
        raise CaseTrouble("unsupported", f"rank {case.rank} needs a graph of inputs and reversals alone")
    for node in graph.nodes:
        if node.op not in framework.ops and node.op not in LEAVES and node.op != "reverse":
            raise CaseTrouble("unsupported", f"{framework.title} has no {node.op} here")


def check_dtype(framework, dtype):
    if dtype not in framework.dtypes:
        raise CaseTrouble("unsupported", f"dtype {dtype!r}; known: {', '.join(framework.dtypes)}")


def is_op_level(graph):
    return all(node.op == "reverse" or node.op in LEAVES for node in graph.nodes)


def _split(size):
    """A size in two: the least divisor above 1, and what is left."""
    least = next((each for each in range(2, size + 1) if size % each == 0), 1)
    return least, size // least


def shape_of_rank(shape, rank):
    rows, columns = shape
    if rank == 2:
        return shape
    if rank > 2:
        return (*_split(rows), columns) if rank == 3 else (*_split(rows), *_split(columns))
    if rank == 1 and rows == 1:
        return (columns,)
    if rank == 0 and shape == (1, 1):
        return ()
    raise CaseTrouble("unsupported", f"a {rows}x{columns} leaf can't be given with rank {rank}")


def forward(bound, graph, values):
    """Fills in the value of every node that is not a leaf."""
    layers = bound.layers()
    judged_alone = is_op_level(graph)
    for place, node in enumerate(graph.nodes):
        if node.op in LEAVES:
            continue
        operands = [values[operand] for operand in node.operands]
        if node.op == "reverse":
            strength = bound.framework.number(operands[1]) if node.argument is None else node.argument
            values[place] = reversal(bound, layers, operands[0], strength)
            if not judged_alone:
                check_like(bound.framework, values[place], operands[0])
        else:
            values[place] = plain(bound.framework, node, operands)


def plain(framework, node, operands):
    op = framework.ops[node.op]
    try:
        return op(*operands) if node.argument is None else op(*operands, node.argument)
    except framework.refusals as error:
        raise CaseTrouble("unsupported", f"{framework.title} can't do {node.op} here ({one_line(error)})") from None


def reversal(bound, layers, x, strength):
    strength = bound.framework.handed(strength)
    check_strength(bound, strength)
    stage = "giving λ"
    try:
        layer = layers(strength)
        stage = "forward"
        y = layer(x)
    except CaseTrouble:
        raise
    except BaseException as error:          # sys.exit() in a layer is an answer to us, not an order.
        raise raised(stage, error, bound.framework) from None
    return checked(bound.framework, y)


def check_strength(bound, strength):
    if bound.is_fixed and bound.framework.is_vector(strength):
        raise CaseTrouble("unsupported", "the layer's λ is fixed")
    if bound.is_fixed and bound.fixed_strength is not None and strength != bound.fixed_strength:
        raise CaseTrouble("unsupported", f"the layer's λ is fixed at {bound.fixed_strength}; the case needs {strength}")


def raised(stage, error, framework):
    return CaseTrouble("raised", f"{stage} raised {one_line(error)}", trace(error, framework.outside))


def checked(framework, y):
    if not isinstance(y, framework.tensor):
        raise CaseTrouble("returned", f"forward returned {described(y)} instead of a tensor")
    return y


def described(thing):
    if thing is None:
        return "None"
    if isinstance(thing, (tuple, list)):
        return f"a {type(thing).__name__} of {len(thing)}"
    return f"a {type(thing).__name__}"


def check_like(framework, y, x):
    """In a larger graph, a result of another shape or dtype would only be blamed on the ops that follow."""
    if framework.shape(y) != framework.shape(x):
        raise CaseTrouble("returned", f"forward returned shape {list(framework.shape(y))} for an input of shape "
                                      f"{list(framework.shape(x))}")
    if y.dtype != x.dtype:
        raise CaseTrouble("returned", f"forward returned {y.dtype} for an input of {x.dtype}")
