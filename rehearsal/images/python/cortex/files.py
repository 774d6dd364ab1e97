"""The files of a directory as a service sees them: what is in them, and whose they are."""

import hashlib
import os

from .http import Refused


def describe(directory):
    """Every file below `directory` by its relative path."""
    files = {}
    for parent, _, names in os.walk(directory, onerror=refuse):
        for name in names:
            path = os.path.join(parent, name)
            files[os.path.relpath(path, directory)] = of(path)
    return {"directory": directory, "itself": owner(directory), "files": dict(sorted(files.items()))}


def refuse(error):
    raise error


def owner(path):
    status = os.stat(path, follow_symlinks=False)
    return {"uid": status.st_uid, "gid": status.st_gid, "mode": f"{status.st_mode & 0o7777:04o}"}


def of(path):
    entry = {**owner(path), "size": os.stat(path).st_size}
    try:
        with open(path, "rb") as file:
            entry["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        entry["error"] = error.strerror
    return entry


def path_of(directory, name):
    path = os.path.normpath(os.path.join(directory, name))
    if not path.startswith(directory + "/"):
        raise Refused(400, f'"{name}" leads out of {directory}')
    return path


def read(directory, name):
    try:
        with open(path_of(directory, name), "rb") as file:
            return file.read()
    except FileNotFoundError:
        raise Refused(404, f"no file {name} in {directory}") from None


def write(directory, name, content):
    """Replaces the file at once and for good: a crash leaves the old one or the new one."""
    path = path_of(directory, name)
    with open(path + ".new", "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)
    return of(path)
