"""What a kernel needs: which declarations it reaches, which of them are the same in several files, and the names of
those that are not but are called alike."""
from lifting import units

DEFINITIONS = ("function", "object", "type", "typedef")


class Reached:
    """`order`: [(unit, items)], each unit after those it needs. `same[item]`: what stands for it. `renamed(item)`."""

    def __init__(self, project, roots, folder):
        self.project, self.folder = project, folder
        self.order, self.items = [], set()
        self.walk(roots)
        self.unify()
        self.name(roots)

    def definition(self, unit, key, item=None):
        """The item that a key means in a unit; None: the system's, or a parameter's."""
        declared = unit.declared.get(key, ())
        for found in declared:
            if found.kind in DEFINITIONS:
                return found
        if declared and " " not in key and not any(found.static for found in declared):
            return self.project.find(key, self.folder) or declared[0]
        return declared[0] if declared else None

    def neighbours(self, item):
        keys = set(item.uses.values())
        for key in keys - item.names if item.kind == "declaration" else keys:  # `extern` may name what nobody needs
            for found in item.unit.declared.get(key, ()):
                if found is not item:
                    yield found
            defined = self.definition(item.unit, key)
            if defined and defined is not item:
                yield defined

    def walk(self, roots):
        needs, stack = {}, list(roots)
        while stack:
            item = stack.pop()
            if item not in self.items:
                self.items.add(item)
                found = list(self.neighbours(item))
                needs.setdefault(item.unit, set()).update(other.unit for other in found)
                stack += found

        def enter(unit):
            if unit not in entered:
                entered.add(unit)
                for other in sorted(needs.get(unit, ()), key=repr):
                    enter(other)
                self.order.append(unit)

        entered = set()
        for root in roots:
            enter(root.unit)

    def unify(self):
        """Declarations of one file with the same text that mean the same, by refinement of classes."""
        spelt = {item: units.digest(item.file, item.kind, item.text()) for item in self.items}
        related = {item: [(key, defined) for key in sorted(set(item.uses.values()))
                          if (defined := self.definition(item.unit, key)) in self.items and defined is not item]
                   for item in self.items}
        classes, count = dict(spelt), len(set(spelt.values()))
        while True:
            classes = {item: units.digest(spelt[item], [(key, classes[defined]) for key, defined in related[item]])
                       for item in self.items}
            if len(set(classes.values())) == count:
                break
            count = len(set(classes.values()))
        first = {}
        for item in self.in_order(self.items):
            first.setdefault(classes[item], item)
        self.same = {item: first[classes[item]] for item in self.items}
        self.members = {}
        for item in self.items:
            self.members.setdefault(self.same[item], []).append(item)

    def in_order(self, chosen):
        chosen = set(chosen)
        return [item for unit in self.order for item in unit.items if item in chosen]

    def machine(self, item):
        """The least flags of the files that it stands for."""
        return min((other.unit.machine for other in self.members[self.same[item]]), key=len)

    def name(self, roots):
        """One name for each definition; those that clash are called after their instruction set, or their file. The
        roots' own instruction set goes first, so that the kernel reads as in its file."""
        self.names, taken = {}, {key: self.same[root] for root in roots for key in root.names}
        own = roots[0].unit.machine
        for item in sorted(self.in_order(self.same.values()), key=lambda item: self.machine(item) != own):
            if item.kind not in DEFINITIONS and any(
                    self.definition(item.unit, key) is not item for key in item.names):
                continue  # called as what it declares
            for key in sorted(item.names):
                stem = item.unit.stem()
                choices = [key, f"{key}_{item.unit.level()}", f"{key}_{stem}",
                           *(f"{key}_{stem}_{number}" for number in range(2, 1000))]
                name = next(name for name in choices if taken.setdefault(name, item) is item)
                self.names[item, key] = name.split()[-1]

    def renamed(self, item, given):
        """{token number: name}; `given`: {(item, key): name} of the roots."""
        result = {}
        for number, key in item.uses.items():
            defined = self.definition(item.unit, key)
            if defined in self.same:
                stands = self.same[defined]
                result[number] = given.get((stands, key)) or self.names.get((stands, key)) or key.split()[-1]
        return result
