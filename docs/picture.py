#!/usr/bin/env python3
"""Makes an SVG of a terminal's screen, as `tmux capture-pane -e -p` prints it: picture.py TITLE < SCREEN > FILE.svg"""
import re
import sys
from xml.sax.saxutils import escape

COLOURS = dict(enumerate(["#484f58", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#b1bac4"]))
PLAIN, WIDTH, HEIGHT, MARGIN, TOP = "#e6edf3", 8.43, 19, 16, 44


def spans(line):
    """The line's pieces, each with its colour and weight."""
    colour, bold, faint = PLAIN, False, False
    for codes, text in re.findall(r"(?:\x1b\[([0-9;]*)m)?([^\x1b]*)", line):
        for code in map(int, filter(None, codes.split(";"))) if codes else []:
            if code == 0:
                colour, bold, faint = PLAIN, False, False
            elif code in (1, 2, 22):
                bold, faint = code == 1, code == 2
            elif 30 <= code <= 37 or 90 <= code <= 97:
                colour = COLOURS[code % 10]
            elif code == 39:
                colour = PLAIN
        if text:
            yield text, "#8b949e" if faint else colour, bold


def picture(title, lines):
    columns = max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in lines)
    width, height = int(columns * WIDTH) + 2 * MARGIN, TOP + len(lines) * HEIGHT + MARGIN // 2
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-size="14" role="img" '
           f'aria-label="{escape(title)}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace">')
    yield f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>'
    yield "".join(f'<circle cx="{x}" cy="18" r="6" fill="{c}"/>' for x, c in ((20, "#ff5f57"), (40, "#febc2e"), (60, "#28c840")))
    yield f'<text x="{width / 2}" y="23" fill="#8b949e" text-anchor="middle">{escape(title)}</text>'
    for row, line in enumerate(lines):
        column = 0
        for text, colour, bold in spans(line):
            if text.strip():
                x, y = MARGIN + column * WIDTH, TOP + (row + 0.7) * HEIGHT
                weight = ' font-weight="600"' if bold else ""
                yield (f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" xml:space="preserve" '
                       f'textLength="{len(text) * WIDTH:.1f}"{weight}>{escape(text)}</text>')
            column += len(text)
    yield "</svg>"


if __name__ == "__main__":
    print("\n".join(picture(sys.argv[1], sys.stdin.read().rstrip("\n").split("\n"))))
