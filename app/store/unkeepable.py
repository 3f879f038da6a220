"""A zero byte in a text is refused with a sentence: PostgreSQL cannot keep one, and SQLite would."""

from __future__ import annotations

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from app.domain.errors import BadInput

SENTENCE = "There is a character in it that cannot be kept, a zero byte. Take it out, then try again."


def refuse(error: BaseException) -> None:
    """Raises BadInput when a statement failed for that: in an address, a search or a form."""
    if isinstance(error, psycopg.DataError) and "NUL" in str(error):
        raise BadInput(SENTENCE) from error


@event.listens_for(Engine, "handle_error")
def _refuse_of_sqlalchemy(context: ExceptionContext) -> None:
    refuse(context.original_exception)
