"""How the generators of this folder write Unicode tables as Swift: the notation is described at `BertTables`."""


def ranges(codes):
    out = []
    for code in codes:
        if out and out[-1][1] + 1 == code:
            out[-1][1] = code
        else:
            out.append([code, code])
    return [f"{a:x}" if a == b else f"{a:x}-{b:x}" for a, b in out]


def pairs(mapping):
    return [f"{code:x}>" + "+".join(f"{ord(character):x}" for character in text) for code, text in mapping.items()]


def member(name, about, tokens):
    lines, line = [], ""
    for token in tokens:
        if len(line) + len(token) + 1 > 105:
            lines.append(line)
            line = ""
        line += ("" if not line else " ") + token
    lines.append(line)
    body = "\n        ".join(line + " \\" if index + 1 < len(lines) else line for index, line in enumerate(lines))
    print(f'    /// {about}\n    static let {name} = """\n        {body}\n        """')
