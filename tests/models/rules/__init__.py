"""The rules as data: cells, rows, faults, evaluation, and what is shipped."""
