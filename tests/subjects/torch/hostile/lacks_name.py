"""A file whose layer is called something else.
Fault: there is no GRL in it.
Subject: GRL
"""


def grl(x, lambda_):
    return x.view_as(x)


def train(model, data):
    return model(data)
