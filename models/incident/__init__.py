"""The incident's rules: pure, without a clock, a row or a socket.

``transitions`` says what is possible, ``permissions`` who may, ``decide`` what happens, ``views`` what
is shown.
"""
