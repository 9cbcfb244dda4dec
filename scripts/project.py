"""Asks a Django project about itself. For Django 3.2 to 5, by the Python that runs it; it writes nothing.

usage: python -c THIS FOLDER compile FILE...     each file compiles
       python -c THIS FOLDER requirements        what requirements.txt wants is installed
       python -c THIS FOLDER settings            where the project's own files and databases are, and how it is asked
       python -c THIS FOLDER migrations          those that are not applied
       python -c THIS FOLDER applied             those that are

What it says are lines of MARK and words, quoted as in an address, among what the project itself may say.
"""
import os
import re
import runpy
import sys
from urllib.parse import quote

MARK = "@lectio"


def say(*words):
    print(MARK, *(quote(str(word), safe="") for word in words), flush=True)


def compile_all(files):
    for file in files:
        with open(file, "rb") as source:
            compile(source.read(), file, "exec", dont_inherit=True)


def set_up(folder):
    """As its manage.py does, whatever that is, but for its command."""
    import django
    from django.core import management

    management.execute_from_command_line = lambda *arguments, **named: None
    sys.argv = [os.path.join(folder, "manage.py"), "check"]
    runpy.run_path(sys.argv[0], run_name="__main__")
    django.setup()


def settings():
    from django.conf import settings as those
    from django.db import connections

    for name in ("MEDIA_ROOT", "STATIC_ROOT"):
        if getattr(those, name, None):
            say("folder", name, os.path.abspath(str(getattr(those, name))))
    for alias in connections:
        connection = connections[alias]
        name = str(connection.settings_dict["NAME"])
        if connection.vendor == "sqlite":
            if ":memory:" in name or "mode=memory" in name:
                continue
            name = os.path.realpath(name[5:].partition("?")[0] if name.startswith("file:") else name)
        say("database", alias, connection.vendor, name, connection.settings_dict["HOST"])
    header = getattr(those, "SECURE_PROXY_SSL_HEADER", None)
    if header:
        say("header", header[0][len("HTTP_") :].replace("_", "-").title(), header[1])


def executor():
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    return MigrationExecutor(connection)


def migrations():
    found = executor()
    for migration, _ in found.migration_plan(found.loader.graph.leaf_nodes()):
        surely = all(is_additive(each) for each in migration.operations)
        say("migration", migration.app_label + "." + migration.name, int(surely))


def applied():
    for app, name in sorted(executor().loader.applied_migrations):
        say("applied", app + "." + name)


def is_additive(operation):
    """Whether code that knows nothing of it can surely still read and write all that it could."""
    from django.db.migrations import operations as kinds

    if type(operation) is kinds.SeparateDatabaseAndState:
        return all(is_additive(each) for each in operation.database_operations)
    if type(operation) is kinds.AddField:
        return may_be_left_out(operation.field)
    harmless = (kinds.CreateModel, kinds.AddIndex, kinds.AlterModelOptions, kinds.AlterModelManagers)
    return type(operation) in harmless


def may_be_left_out(field):
    """An INSERT that does not name it goes through, each time."""
    if field.many_to_many or (field.null and not field.primary_key):
        return True
    try:
        from django.db.models import NOT_PROVIDED
    except ImportError:
        from django.db.models.fields import NOT_PROVIDED
    return getattr(field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED and not field.unique


PLAIN = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)")


def wanted(text):
    """The plain requirements: no options, no other files, no addresses."""
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        line = re.sub(r"(^|\s)#.*", "", line).strip()
        line = re.split(r"\s--", line)[0].strip()
        if line and not line.startswith("-") and PLAIN.fullmatch(line) and "://" not in line.partition("@")[0]:
            yield line


def library():
    try:
        from packaging.requirements import Requirement
    except ImportError:
        try:
            from pip._vendor.packaging.requirements import Requirement
        except ImportError:
            return None
    return Requirement


def lacks(line, requirement):
    """What is wrong with the one that is installed; None where nothing is, or where that cannot be told."""
    from importlib.metadata import PackageNotFoundError, version

    name, rest = PLAIN.fullmatch(line).groups()
    specifier = None
    if requirement:
        try:
            parsed = requirement(line)
        except Exception:  # each version has an exception of its own for what it cannot read
            return None
        if parsed.marker and not parsed.marker.evaluate({"extra": ""}):
            return None
        name, specifier = parsed.name, parsed.specifier
    elif ";" in rest:
        return None
    try:
        has = version(name)
    except PackageNotFoundError:
        return "it is not installed"
    return None if specifier is None or specifier.contains(has, prereleases=True) else "installed is " + has


def requirements(folder):
    file = os.path.join(folder, "requirements.txt")
    if not os.path.isfile(file):
        return
    with open(file, encoding="utf-8-sig", errors="replace") as lines:
        text = lines.read(1 << 20)
    requirement = library()
    for line in wanted(text):
        wrong = lacks(line, requirement)
        say("requirement", line, wrong or "")


def main(folder, what, *more):
    sys.path.insert(0, folder)
    if what == "compile":
        compile_all(more)
    elif what == "requirements":
        requirements(folder)
    else:
        set_up(folder)
        {"settings": settings, "migrations": migrations, "applied": applied}[what]()


main(*sys.argv[1:])
