"""Preprocessed C, cut into its declarations at file scope: what each declares, and which names it uses.

The house's style is assumed, not all of C: no K&R definitions, no attributes that declare, no typeof.
"""
import re

TOKEN = re.compile(
    r'(?P<marker>^\#[ ](?:line[ ])?\d+[ ]"[^"\n]*"[^\n]*$)|(?P<pragma>^[ \t]*\#[ \t]*pragma\b)'
    r'|(?P<comment>/\*.*?\*/|//[^\n]*)'
    r'|(?P<text>"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\')|(?P<word>[A-Za-z_]\w*)'
    r'|(?P<number>\.?\d(?:[eEpP][+-]|[\w.])*)|(?P<space>[ \t]+)|(?P<line>\n)|(?P<mark>->|.)', re.M | re.S | re.X)
MARKER = re.compile(r'# (?:line )?\d+ "([^"\n]*)"(.*)')
TAGS = ("struct", "union", "enum")
KEYWORDS = frozenset("""auto break case char const continue default do double else extern float for goto if inline int
long register restrict return short signed sizeof static switch typedef unsigned void volatile while _Alignas _Alignof
_Atomic _Bool _Static_assert _Thread_local struct union enum""".split())
ATTRIBUTES = ("__attribute__", "_Alignas")


class Item:
    """One declaration. `tokens`: (kind, text) with everything; `names`: keys that it declares; a key is a name, or
    "struct name" for tags. `uses`: {token number: key}, its own names among them."""

    def __init__(self, unit, file, tokens, comments):
        self.unit, self.file, self.tokens, self.comments = unit, file, tokens, comments
        self.shape()

    def __repr__(self):
        return f"<{self.kind} {' '.join(sorted(self.names)) or '?'} of {self.unit}>"

    def shape(self):
        code = [number for number, (kind, _) in enumerate(self.tokens) if kind in ("word", "number", "mark", "text")]
        code, aligned = without_attributes(self.tokens, code)
        texts = [self.tokens[number][1] for number in code]
        self.static = "static" in texts[:3]
        self.names, self.declares, self.uses = set(), [], {number: self.tokens[number][1] for number in aligned}
        body = self.body_of(texts)
        self.kind, plain = self.kind_of(texts, body)
        members = set()
        if self.kind in ("type", "typedef", "object") and body and texts[body[0] - 1] != "=":
            members = member_names(texts, body) if "enum" not in texts[:body[0]] else set()
        local = self.locals_of(texts, body) if self.kind == "function" else set()
        for place, number in enumerate(code):
            kind, text = self.tokens[number]
            before = texts[place - 1] if place else ""
            if kind != "word" or text in KEYWORDS or before in (".", "->"):
                continue
            if before in TAGS:
                self.uses[number] = f"{before} {text}"
            elif place not in members and (text not in local or place in plain):
                self.uses[number] = text
        for place in plain:
            self.names.add(self.uses.setdefault(code[place], texts[place]))
            self.declares.append(code[place])

    def body_of(self, texts):
        """Where the outermost braces begin and end that are not an initialiser's, or the first pair."""
        depth, parens, begin = 0, 0, None
        for place, text in enumerate(texts):
            parens += (text == "(") - (text == ")")
            if text == "{" and not parens:
                begin = place if depth == 0 else begin
                depth += 1
            elif text == "}" and not parens:
                depth -= 1
                if depth == 0:
                    return begin, place
        return None

    def kind_of(self, texts, body):
        """The kind, and the places of the names declared."""
        plain = []
        if texts[:1] == ["_Static_assert"]:
            return "assertion", plain
        head = texts[:body[0]] if body else texts
        if body and texts[-1] == "}" and head[-1] == ")":
            return "function", [first_call(texts)]
        initialised = body and "=" in head
        if body and not initialised:  # struct, union or enum with its members
            if head[-1] not in TAGS and len(head) > 1 and head[-2] in TAGS:
                plain.append(len(head) - 1)
            if "enum" in head:
                plain += enumerators(texts, body)
            rest = declarators(texts, body[1] + 1)
            plain += rest
            return "typedef" if texts[0] == "typedef" else "object" if rest else "type", plain
        if len(texts) == 3 and texts[0] in TAGS:
            return "forward", [1]
        if texts[0] == "typedef":
            return "typedef", declarators(texts, 0)
        if not initialised and re.match(r"[A-Za-z_]", texts[first_call(texts)]) and "(" in texts and \
                texts[first_call(texts)] not in KEYWORDS:
            return "prototype", [first_call(texts)]
        return "declaration" if texts[0] == "extern" and not initialised else "object", declarators(texts, 0)

    def locals_of(self, texts, body):
        """Names of parameters, and of what is declared in the body in a way that cannot be an expression."""
        names = set()
        for place in range(first_call(texts) + 1, len(texts) - 1):
            text, before, after = texts[place], texts[place - 1], texts[place + 1]
            if not re.match(r"[A-Za-z_]", text) or text in KEYWORDS or before in TAGS:
                continue
            typed = re.match(r"[A-Za-z_]", before) and before not in (
                "return", "else", "case", "goto", "sizeof", "do", "enum", "struct", "union")
            starred = before == "*" and (place < body[0] or after == "=")
            if (typed or starred) and after in ("=", ";", ",", ")", "["):
                names.add(text)
        return names

    def text(self, renamed=None, storage=None):
        """As C; `renamed`: {token number: name}. storage: "static" or "" in place of what is there."""
        parts, said = [], storage is None
        for number, (kind, text) in enumerate(self.tokens):
            if kind == "marker":
                continue
            if not said and kind == "word":
                if storage:
                    parts.append(storage + " ")
                said = True
            if storage is not None and kind == "word" and text in ("static", "extern") and number < 6:
                parts.append("\0")
                continue
            parts.append(renamed[number] if renamed and number in renamed else text)
        return re.sub(r"[ \t]+$", "", re.sub(r"\0 *", "", "".join(parts)), flags=re.M)

    def calls(self, member):
        """The function behind `.member = ` of a descriptor, or None."""
        words = [text for kind, text in self.tokens if kind in ("word", "mark", "number")]
        for place in range(len(words) - 2):
            if words[place:place + 3] == [".", member, "="]:
                return next(word for word in words[place + 3:]
                            if re.match(r"[A-Za-z_]", word) and word not in ("kernel_fn", "void", "NULL"))
        return None


def without_attributes(tokens, code):
    """What declares; and what is used in an alignment."""
    kept, aligned, skip, depth = [], [], "", 0
    for number in code:
        text = tokens[number][1]
        if text in ATTRIBUTES and not skip:
            skip, depth = text, 0
        if not skip:
            kept.append(number)
        elif skip == "_Alignas" and tokens[number][0] == "word" and text not in KEYWORDS:
            aligned.append(number)
        elif text == "(":
            depth += 1
        elif text == ")":
            depth -= 1
            skip = skip if depth else ""
    return kept, aligned


def first_call(texts):
    """The place of the name before the first parenthesis."""
    return texts.index("(") - 1 if "(" in texts else 0


def declarators(texts, begin):
    """Places of the names in `type a, *b[2], (*c)(int) = x, ...;` from `begin` on."""
    places, depth, found, seen_equal, index = [], 0, None, False, begin
    while index < len(texts):
        text = texts[index]
        if text == "(" and depth == 0 and not seen_equal and texts[index + 1:index + 2] == ["*"]:
            index += 2
            while not re.match(r"[A-Za-z_]", texts[index]) or texts[index] in KEYWORDS:
                index += 1
            found = index
            while texts[index] != ")":
                index += 1
            index += 1
            continue
        if depth == 0 and text in (",", ";"):
            if found is not None:
                places.append(found)
            found, seen_equal = None, False
        elif text in ("(", "[", "{"):
            depth += 1
        elif text in (")", "]", "}"):
            depth -= 1
        elif depth == 0 and text == "=":
            seen_equal = True
        elif depth == 0 and not seen_equal and re.match(r"[A-Za-z_]", text) and text not in KEYWORDS:
            if texts[index - 1] not in TAGS and (found is None or texts[index - 1] != ")"):
                found = index
        index += 1
    return places


def enumerators(texts, body):
    return [place for place in range(body[0] + 1, body[1])
            if texts[place - 1] in ("{", ",") and re.match(r"[A-Za-z_]", texts[place])]


def member_names(texts, body):
    """Places in a struct's body that are names of members or of parameters there."""
    places, brackets = set(), 0
    for place in range(body[0] + 1, body[1]):
        brackets += (texts[place] == "[") - (texts[place] == "]")
        if not brackets and re.match(r"[A-Za-z_]", texts[place]) and texts[place + 1] in (";", ",", "[", ")", ":"):
            if texts[place - 1] not in (";", "{", "}"):
                places.add(place)
    return places


def cut(text, unit, normal):
    """The items of a preprocessed file, the comment at the top of each file, and {file: system headers it includes}.
    `normal(path)`: (is it ours, its name)."""
    items, tops, system = [], {}, []
    file, tokens, comments, loose = unit.file, [], [], []
    depth = parens = blank = 0

    def apart():
        """What stands alone: the file's comment when it is the first in it, else a section's."""
        if comments and file not in tops:
            tops[file] = "\n".join(comments)
        else:
            loose.extend(comments)
        comments.clear()

    for match in TOKEN.finditer(text):
        kind, word = match.lastgroup, match.group()
        if kind == "marker":
            path, flags = MARKER.match(word).groups()
            ours, name = normal(path)
            if not tokens:
                apart()
            if not ours and " 1" in flags:
                system.append(name)
            if ours and name != file:
                file, loose = name, []
            continue
        if not tokens:
            if kind == "line":
                blank += 1
                if blank > 1:
                    apart()
                continue
            if kind == "comment":
                if blank == 0 and items and items[-1].file == file and not comments:
                    items[-1].tokens += [("space", " "), (kind, word)]
                else:
                    comments.append(word)
                blank = 0
                continue
            if kind == "space" or word == ";":
                continue
            if kind == "pragma":
                raise ValueError(f"{file}: a pragma outside a function")
            tops.setdefault(file, "")
        tokens.append((kind, word))
        if kind in ("space", "line", "comment", "pragma"):
            continue
        depth += (word == "{") - (word == "}")
        parens += (word == "(") - (word == ")")
        function = word == "}" and depth == 0 and parens == 0 and opened_by_function(tokens)
        if depth == 0 and parens == 0 and (word == ";" or function):
            items.append(Item(unit, file, tokens, loose + comments))
            tokens, comments, loose, blank = [], [], [], 0
    return items, tops, system


def opened_by_function(tokens):
    """Is the outermost brace of these tokens that of a function?"""
    depth, last = 0, ""
    for kind, text in tokens:
        if kind in ("space", "line", "comment", "marker", "pragma"):
            continue
        if text == "{" and depth == 0:
            return last == ")"
        last = text
    return False
