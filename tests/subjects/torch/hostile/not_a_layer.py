"""A file in which the name stands for a number.
Fault: GRL can't be called.
Subject: GRL
"""
GRL = 0.5
