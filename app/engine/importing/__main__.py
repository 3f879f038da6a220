"""The import as a process of its own, so that a hostile file can take neither time nor memory from the service.

Reads one line of JSON (what `answering.answer` is asked) and then the file from stdin; writes its answer to stdout.
"""

from __future__ import annotations

import json
import sys

from app.engine.importing import answering


def main() -> None:
    """Bring the file on stdin in. A refusal is an answer too; running out of memory is told apart from it."""
    answering.limit()
    asked = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    try:
        text = json.dumps(answering.answer(asked, content))
    except MemoryError:
        text = json.dumps({"refused": answering.TOO_MUCH})
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
