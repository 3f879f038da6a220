"""The rules of the house, for code: one clock, one commit, one place for settings, nothing swallowed."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache

from app.logs import ALLOWED
from tests.house.sources import PROJECT, Place, dotted, everywhere, imported, modules, text_of, walk

MODULE_LINES = 320
FUNCTION_LINES = 60
WALL_CLOCKS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns",
               "time.localtime", "time.gmtime")  # fmt: skip
NAMES_THAT_SAY_NOTHING = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "manager",
    "data",
    "info",
    "base",
}
OUTGOING = {"httpx", "aiohttp", "urllib.request", "http.client", "ftplib"}
LETS_OUT = {
    "smtplib": "app/services/senders.py",
    # GOV.UK Notify takes letters in the mail server's place, where the settings have a key for it
    "notifications_python_client": "app/services/notify.py",
    # and a webhook the address that an administrator has named, once it is seen where the connection has arrived
    "urllib3": "app/services/webhook_way.py",
    "socket": "app/services/webhook_way.py",
    "requests": "app/services/webhook_way.py",
    # and the provider of work accounts what a browser has brought from it
    "authlib": "app/web/provider.py",
}
READ_IN_WHEN_WANTED = {"alembic", "authlib", "joserfc", "weasyprint"}
HANDS_OVER = ("app/__init__.py", "app/__main__.py", "app/cli/__init__.py", "app/cli/web.py", "app/config.py")
"""What `throughcare web` reads before gunicorn takes its place."""
DANGEROUS = {"pickle", "marshal", "shelve", "ctypes"}

COMMITTERS = {
    "app/store/db.py": "transaction()",
    "app/store/schema.py": "migrations, before there are use cases",
}

# Where everything may be caught, and why. Elsewhere a broad `except` must raise again.
MAY_CATCH_EVERYTHING: dict[tuple[str, str], str] = {}


def test_only_the_clock_asks_what_time_it_is() -> None:
    asked = [
        place
        for place in calls()
        if any(dotted(place.node.func).endswith(clock) for clock in WALL_CLOCKS)
        and place.module.path != "app/domain/clock.py"
        and (place.module.path, dotted(place.node.func)) != ("app/domain/ids.py", "time.time_ns")
    ]
    assert not asked, listed(asked)


def test_only_transaction_commits() -> None:
    commits = [
        place
        for place in calls()
        if dotted(place.node.func).endswith(".commit") and place.module.path not in COMMITTERS
    ]
    assert not commits, listed(commits)


def test_only_config_reads_the_environment() -> None:
    readers = [
        place
        for place in everywhere()
        if dotted(place.node) in {"os.environ", "os.getenv", "environ", "getenv"}
        and place.module.path != "app/config.py"
    ]
    assert not readers, listed(readers)


def test_nobody_imports_from_the_factory() -> None:
    from_app = [
        place
        for place in everywhere()
        if isinstance(place.node, ast.ImportFrom) and imported(place) == ["app"]
    ]
    assert not from_app, listed(from_app)


def test_imports_are_absolute() -> None:
    relative = [
        place for place in everywhere() if isinstance(place.node, ast.ImportFrom) and place.node.level
    ]
    assert not relative, listed(relative)


def test_errors_are_caught_by_name() -> None:
    broad = [
        place
        for place in everywhere()
        if isinstance(place.node, ast.ExceptHandler)
        and catches_everything(place.node)
        and not raises_again(place.node)
        and (place.module.path, place.function) not in MAY_CATCH_EVERYTHING
    ]
    assert not broad, listed(broad)


def test_no_reason_for_catching_everything_is_out_of_date() -> None:
    broad = {
        (place.module.path, place.function)
        for place in everywhere()
        if isinstance(place.node, ast.ExceptHandler) and catches_everything(place.node)
    }
    assert set(MAY_CATCH_EVERYTHING) <= broad


def test_only_the_engine_knows_the_workflow_library_and_the_xml_parser() -> None:
    strangers = [
        place
        for place in everywhere()
        for name in imported(place)
        if name.split(".")[0] in {"SpiffWorkflow", "lxml", "xml"}
        and not place.module.path.startswith("app/engine/")
    ]
    assert not strangers, listed(strangers)


def test_the_domain_needs_only_the_standard_library_and_marshmallow() -> None:
    foreign = [
        place
        for place in everywhere()
        if place.module.path.startswith("app/domain/")
        for name in imported(place)
        if name.split(".")[0] not in {*sys.stdlib_module_names, "marshmallow", "app"}
    ]
    assert not foreign, listed(foreign)


def test_the_app_calls_nobody_on_the_network_but_the_mail_server_and_webhooks() -> None:
    outgoing = [
        place
        for place in everywhere()
        for name in imported(place)
        if name in OUTGOING
        or name.split(".")[0] in OUTGOING
        or not place.module.path.startswith(LETS_OUT.get(name.split(".")[0], ""))
    ]
    assert not outgoing, listed(outgoing)


def test_a_web_process_starts_without_what_it_does_not_need() -> None:
    """Each of these was a tenth of the processor time of a start, for every process of every host."""
    read_in = [
        place
        for module in modules()
        if not module.path.startswith("app/store/migrations/")
        for statement in module.tree.body
        for place in [Place(module, getattr(statement, "lineno", 0), "", statement)]
        for library in {name.split(".")[0] for name in imported(place)}
        if library in READ_IN_WHEN_WANTED or (library == "flask" and module.path in HANDS_OVER)
    ]
    assert not read_in, listed(read_in)


def test_nothing_is_run_from_text() -> None:
    run = [place for place in calls() if dotted(place.node.func) in {"eval", "exec", "compile", "__import__"}]
    loaded = [place for place in everywhere() for name in imported(place) if name.split(".")[0] in DANGEROUS]
    assert not run + loaded, listed(run + loaded)


def test_only_fields_makes_markup() -> None:
    made = [
        place
        for place in calls()
        if dotted(place.node.func).split(".")[-1] == "Markup" and place.module.path != "app/web/fields.py"
    ]
    assert not made, listed(made)


def test_templates_escape_everything() -> None:
    unsafe = [
        str(path.relative_to(PROJECT))
        for path in sorted((PROJECT / "app").rglob("*.html"))
        if re.search(r"\|\s*safe\b|autoescape\s+false", path.read_text(encoding="utf-8"))
    ]
    assert not unsafe, unsafe


def test_templates_carry_no_inline_style_or_handler() -> None:
    inline = [
        str(path.relative_to(PROJECT))
        for path in sorted((PROJECT / "app").rglob("*.html"))
        if re.search(r"\s(style|on[a-z]+)\s*=\s*[\"']", path.read_text(encoding="utf-8"))
    ]
    assert not inline, inline


def test_a_module_has_one_subject() -> None:
    long = [
        f"{module}: {lines} lines"
        for module in modules()
        if "migrations/versions" not in module.path and (lines := module.text.count("\n")) > MODULE_LINES
    ]
    assert not long, "\n".join(long)


def test_a_function_fits_on_a_screen() -> None:
    long = [
        f"{place} {place.function}: {lines} lines"
        for place in everywhere()
        if isinstance(place.node, ast.FunctionDef) and "migrations/versions" not in place.module.path
        if (lines := (place.node.end_lineno or 0) - place.node.lineno + 1) > FUNCTION_LINES
    ]
    assert not long, "\n".join(long)


def test_public_functions_say_what_they_promise() -> None:
    silent = [
        f"{module.path}:{node.lineno} {node.name}"
        for module in modules()
        if module.path.startswith(("app/domain/", "app/engine/", "app/services/", "app/store/"))
        and "migrations" not in module.path
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not silent, "\n".join(silent)


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(module) for module in modules() if module.text.strip() and not ast.get_docstring(module.tree)
    ]
    assert not silent, silent


def test_names_say_something() -> None:
    vague = [
        str(module) for module in modules() if re.split(r"[/.]", module.path)[-2] in NAMES_THAT_SAY_NOTHING
    ]
    assert not vague, vague


def test_waiting_is_never_sleeping_in_a_test() -> None:
    sleepers = [
        str(path.relative_to(PROJECT))
        for path in sorted((PROJECT / "tests").rglob("test_*.py"))
        if "crash" not in path.parts and re.search(r"\bsleep\(", text_of(str(path.relative_to(PROJECT))))
    ]
    assert sleepers in ([], ["tests/house/test_rules.py"]), sleepers


def test_a_log_line_names_only_what_is_on_the_list() -> None:
    loggers = {"log.info", "log.warning", "log.error", "log.exception", "log.debug"}
    unlisted = [
        f"{place}: {keyword.arg}"
        for place in calls()
        if dotted(place.node.func) in loggers
        for keyword in place.node.keywords
        if keyword.arg not in {*ALLOWED, "exc_info"}
    ]
    assert not unlisted, unlisted


@cache
def calls() -> tuple[Place, ...]:
    """Every call of a function."""
    return tuple(place for module in modules() for place in walk(module) if isinstance(place.node, ast.Call))


def catches_everything(handler: ast.ExceptHandler) -> bool:
    """Whether an `except` names no error, or one that stands for all."""
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(dotted(one) in {"Exception", "BaseException"} for one in caught)


def raises_again(handler: ast.ExceptHandler) -> bool:
    """Whether the last thing that an `except` does is to raise."""
    return isinstance(handler.body[-1], ast.Raise)


def listed(places: list[Place]) -> str:
    """The places, a line each."""
    return "\n".join(str(place) for place in places)
