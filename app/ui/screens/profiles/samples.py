"""Samples of a profile that is being written: what comes out of them, and what they are called."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from app.domain.profiles.profile import Profile, Sample
from app.domain.profiles.reading import read_file
from app.domain.profiles.values import shown
from app.services.profile_drafts import Draft, sample_bytes
from app.ui.screens.profiles.plain_text import Plain, tables_at, text_at

MOST_SAMPLE_LINES = 1000


def sample_of(profile: Profile, name: str, data: bytes) -> Sample | None:
    """What comes out of a file now, as a sample; None for a file with too many lines for one."""
    read = read_file(profile, data)
    if len(read.lines) > MOST_SAMPLE_LINES or len(read.bad) > MOST_SAMPLE_LINES:
        return None
    lines = tuple(
        {field: shown(value) for field, value in each.fields.items()} for each in read.lines
    )
    return Sample(name, "", lines, tuple((each.number, each.reason) for each in read.bad))


def with_samples(plain: Plain, samples: tuple[Sample, ...]) -> Plain:
    """The same profile with these samples instead of its own."""
    tables: list[object] = []
    for sample in samples:
        table: Plain = {"file": sample.file} if sample.file else {"text": sample.text}
        if sample.lines:
            table["lines"] = [dict(each) for each in sample.lines]
        if sample.bad:
            table["bad"] = [{"line": line, "reason": reason} for line, reason in sample.bad]
        tables.append(table)
    others = {key: value for key, value in plain.items() if key != "samples"}
    return others | {"samples": tables} if tables else others


def renewed(profile: Profile, draft: Draft) -> tuple[Sample, ...]:
    """The samples of a profile with what comes out of them now; of those that are there."""
    found_anew = []
    for sample in profile.samples:
        data = sample_bytes(draft, sample)
        if data is None:
            continue  # a file that is not there is a sample of nothing
        found = sample_of(profile, sample.file, data)
        found_anew.append(replace(found, text=sample.text) if found is not None else sample)
    return tuple(found_anew)


def renamed(plain: Plain, code: str, draft: Draft) -> tuple[Plain, dict[str, bytes]]:
    """The same profile with samples that are files of its own."""
    samples: dict[str, bytes] = {}
    tables: list[object] = []
    for table in tables_at(plain, ("samples",)):
        data = draft.samples.get(text_at(table, ("file",)))
        if "file" in table and data is None:
            continue
        if data is not None:
            suffix = PurePosixPath(str(table["file"])).suffix or ".txt"
            name = free_sample(code, suffix, set(samples))
            samples[name] = data
            table["file"] = name
        tables.append(table)
    others = {key: value for key, value in plain.items() if key != "samples"}
    return (others | {"samples": tables} if tables else others), samples


def free_sample(code: str, suffix: str, taken: set[str]) -> str:
    """A name for a sample that none has yet."""
    name, number = f"samples/{code}{suffix}", 1
    while name in taken:
        number += 1
        name = f"samples/{code}-{number}{suffix}"
    return name


def free_code(code: str, taken: set[str]) -> str:
    """A code like this one that nothing has; no longer than a code may be."""
    number = 2
    while (found := f"{code[:36]}-{number}") in taken:
        number += 1
    return found
