"""A header as Doxygen is to read it: our comments are plain, and stand above or behind what they are about.

    filter.py HEADER

What stands first is about the file. Nothing in a comment is a command of Doxygen's, but `code` between backticks is shown as code.
"""

import re
import sys


def shown(text):
    escaped = re.sub(r'([\\@&<>#%$"])', r"\\\1", text)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped)


def filtered(lines):
    # By indentation: the comment that is in force. It is about all that follows, up to an empty line.
    comments, fresh, ended = {}, False, True
    for number, line in enumerate(lines):
        column = len(line) - len(line.lstrip())
        whole = re.match(r"\s*//( ?)(.*)", line)
        behind = re.match(r"(.*[;,{})]) +// (.*)", line)
        if not line.strip():
            comments, fresh = {}, False
        elif whole and not whole.group(2).startswith("---"):
            if not fresh:
                comments[column] = ["/// \\file"] if number == 0 else []
            comments[column].append(f"///{whole.group(1)}{shown(whole.group(2))}")
            fresh = True
            yield "\n".join(comments[column][-2:]) if number == 0 else comments[column][-1]
            continue
        elif not whole:
            repeated = comments.get(column, []) if ended and not fresh and re.match(r"\s*([\w\[~]|#define )", line) and not behind else []
            yield from repeated
            comments = {at: comment for at, comment in comments.items() if at <= column}
            fresh = False
        ended = re.search(r"[;}]\s*(//.*)?$|^#", line) is not None
        yield f"{behind.group(1)}  ///< {shown(behind.group(2))}" if behind and not whole else "" if whole else line


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        text = "\n".join(filtered(file.read().split("\n")))
    # The version's namespace is inline, and nobody writes it.
    text = text.replace("gradproof::inline v0", "gradproof")
    # Other libraries' templates for our types say nothing to a reader, and Doxygen does not know those namespaces.
    print(re.sub(r"(template <>\nstruct (?:Eigen|rc)::.*?\n\};\n)", r"/// \\cond\n\1/// \\endcond\n", text, flags=re.S))
