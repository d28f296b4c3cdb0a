"""assay new and assay judge: somebody's own kernel, from the skeleton to the verdict."""


class Refused(Exception):
    """Bad input: one line for stderr, and what the compiler printed (`shown`), if anything."""

    def __init__(self, line, shown=""):
        super().__init__(line)
        self.shown = shown
