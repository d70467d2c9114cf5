"""What OpenPBS's qsub is asked for: options, `#PBS` lines and resources, read as strictly as the real one does.

Options, `-l` and `-J` are those of qsub(1B) of OpenPBS 23.06 (doc/man1/qsub.1B); what is said of a wrong request is from
src/cmds/qsub.c and src/lib/Liblog/pbs_messages.c of the same.
"""

import re
import shlex

# qsub(1B), synopsis: options, and those of them that take a value.
OPTIONS_WITH_VALUE = "aAcCeGhJjklmMNopPqrRSuvW"
FLAGS = "fhIVXz"
CHUNK_RESOURCES = {"ncpus", "mpiprocs", "ompthreads", "mem", "host", "vnode", "arch", "ngpus"}
JOB_RESOURCES = {"select", "place", "walltime", "ncpus", "mem", "nodes", "cput", "pmem", "vmem", "pcput", "file", "nice"}
JOB_WIDE = {"ncpus", "mem", "mpiprocs", "ompthreads", "ngpus"}
PLACE = re.compile(r"(free|pack|scatter|vscatter)?(:?(excl|exclhost|shared))?(:?group=\w+)?")
DURATION = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+)(?:\.\d+)?")


class Refused(Exception):
    """What a command says on standard error, and its exit code."""

    def __init__(self, said, code=1):
        super().__init__(said)
        self.code = code


def split_options(words):
    """Options and operands, as getopt gives them."""
    options, operands = [], []
    words = list(words)
    while words:
        word = words.pop(0)
        if not word.startswith("-") or word == "-":
            operands.append(word)
            continue
        letter, rest = word[1:2], word[2:]
        if letter in OPTIONS_WITH_VALUE and letter != "h":
            if not rest and not words:
                raise Refused(f"qsub: option requires an argument -- '{letter}'\nusage: qsub ...", 2)
            options.append((letter, rest or words.pop(0)))
        elif letter and letter in FLAGS and not rest:
            options.append((letter, None))
        else:
            raise Refused(f"qsub: invalid option -- '{letter}'\nusage: qsub ...", 2)
    return options, operands


def directives(text):
    """Options of the `#PBS` lines before the first line that is executed."""
    options = []
    for line in text.splitlines()[text.startswith("#!"):]:
        if line.startswith("#PBS"):
            try:
                found, operands = split_options(shlex.split(line[4:]))
            except ValueError as error:
                raise Refused(f"qsub: directive error: {line[4:].strip()} ({error})", 2) from error
            if operands:
                raise Refused(f"qsub: directive error: {line[4:].strip()}", 2)
            options += found
        elif line.strip() and not line.startswith("#"):
            break
    return options


def seconds(text):
    found = DURATION.fullmatch(text)
    if not found:
        raise Refused("qsub: Illegal attribute or resource value Resource_List.walltime")
    hours, minutes, rest = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + rest


def memory_kb(text):
    found = re.fullmatch(r"(\d+)(b|kb|mb|gb|tb)?", text, re.IGNORECASE)
    if not found:
        raise Refused("qsub: Illegal attribute or resource value Resource_List.select")
    shift = {"b": -10, "": -10, "kb": 0, "mb": 10, "gb": 20, "tb": 30}[(found[2] or "").lower()]
    return int(found[1]) << shift if shift >= 0 else int(found[1]) >> -shift


def read_select(text):
    """Chunks of a select: their count and resources."""
    chunks = []
    for part in text.split("+"):
        count, *resources = part.split(":")
        if not count.isdigit():
            count, resources = "1", [count, *resources]
        chunk = {}
        for resource in resources:
            name, equals, value = resource.partition("=")
            if not equals or not value:
                raise Refused("qsub: Illegal attribute or resource value Resource_List.select")
            if name not in CHUNK_RESOURCES:
                raise Refused(f"qsub: Unknown resource  Resource_List.{name}")
            if name in chunk:
                raise Refused(f"qsub: duplicated resource within a section of a select specification, resource is: {name}")
            if name in ("ncpus", "mpiprocs", "ompthreads") and not value.isdigit():
                raise Refused("qsub: Illegal attribute or resource value Resource_List.select")
            chunk[name] = memory_kb(value) if name == "mem" else value
        chunks.append((int(count), chunk))
    return chunks


def resource_list(values):
    """All `-l` together, checked as the server does."""
    resources = {}
    for value in values:
        for part in re.split(r",(?=\w+=)", value):
            name, equals, text = part.partition("=")
            if not equals or not text:
                raise Refused("qsub: illegal -l value", 2)
            if name not in JOB_RESOURCES:
                raise Refused(f"qsub: Unknown resource  Resource_List.{name}")
            resources[name] = text
    if "select" in resources:
        for name in JOB_WIDE & set(resources):
            raise Refused(f'qsub: "-lresource=" cannot be used with "select" or "place", resource is: {name}')
        if "nodes" in resources:
            raise Refused("qsub: Cannot be used with select or place nodes")
    elif "place" in resources:
        raise Refused('qsub: Cannot have "place" without "select"')
    if "place" in resources and not PLACE.fullmatch(resources["place"]):
        raise Refused("qsub: Illegal attribute or resource value Resource_List.place")
    if "nodes" in resources:
        count, _, per_node = resources.pop("nodes").partition(":ppn=")
        resources["select"] = f"{count}:ncpus={per_node or 1}:mpiprocs={per_node or 1}"
        resources.setdefault("place", "scatter")
    resources.setdefault("select", "1:ncpus=1")
    resources["walltime_s"] = seconds(resources.get("walltime", "1:00:00"))
    return resources


def array_indices(text):
    found = re.fullmatch(r"(\d+)-(\d+)(?::(\d+))?(?:%(\d+))?", text)
    if not found or int(found[1]) >= int(found[2]) or found[3] == "0":
        raise Refused("qsub: illegal -J value", 2)
    return list(range(int(found[1]), int(found[2]) + 1, int(found[3] or 1)))
