"""assay lift: one implementation with all it needs, as one C file."""


class Refused(Exception):
    """Bad input: one line for stderr."""
