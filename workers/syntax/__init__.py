"""Syntax errors of files, found by the parser of their language. A parser is imported when a file needs it."""
