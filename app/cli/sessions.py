"""The answer of everything that docks: sessions, records, what was posted, how long it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from app.cli.desk import Desk
from app.services.docking import DockReport
from app.services.intake import RecordCounts


def docked_answer(desk: Desk, reports: Sequence[DockReport], expected: int) -> dict[str, Any]:
    """The JSON object of `dock` and `watch`; `demo` adds what it printed."""
    counts = sum((report.counts for report in reports), RecordCounts())
    dock_s = sum(report.dock_ms for report in reports) / 1000
    post_s = sum(report.post_ms for report in reports) / 1000
    problems = []
    for report in reports:
        where = f"terminal {report.terminal}" if report.terminal is not None else report.port
        problems += desk.problems_of(report.problems, where)
        if report.error is not None:
            problems.append(desk.problem_of(report.error))
    return {
        "expected": expected,
        "docked": sum(report.state == "done" for report in reports),
        "records": {**asdict(counts), "lost": sum(report.lost for report in reports)},
        "posted": {
            "documents": sum(report.documents for report in reports),
            "moves": sum(report.moves for report in reports),
        },
        "printed": [],
        "charts": [],
        "reports": [],
        "seconds": {
            "setup": 0.0,
            "dock": dock_s,
            "post": post_s,
            "print": 0.0,
            "total": dock_s + post_s,
        },
        "sessions": [session_answer(report) for report in reports],
        "problems": problems,
    }


def session_answer(report: DockReport) -> dict[str, Any]:
    """One session of the list."""
    return {
        "terminal": report.terminal,
        "port": report.port,
        "state": report.state,
        "person": report.person,
        "model": report.model,
        "battery_percent": report.battery_percent,
        "clock_offset_ms": report.clock_offset_ms,
        "batches": report.batches,
        "files": report.files,
        "records": {**asdict(report.counts), "lost": report.lost},
        "posted": {"documents": report.documents, "moves": report.moves},
    }


def session_line(desk: Desk, report: DockReport) -> str:
    """One session in one line for people."""
    t, counts = desk.t, report.counts
    if report.error is not None:
        return t("{port}: not docked. {why}", port=report.port, why=desk.sentence(report.error))
    if report.files:
        return t(
            "{port}: terminal {terminal} docked: {files} files, {uploaded} new records, "
            "{documents} documents, {quarantined} waiting. Safe to remove.",
            port=report.port,
            terminal=report.terminal,
            files=report.files,
            uploaded=counts.uploaded,
            documents=report.documents,
            quarantined=counts.quarantined,
        )
    return t(
        "{port}: terminal {terminal} ({person}) docked: {uploaded} records, {accepted} accepted, "
        "{warned} with a warning, {quarantined} waiting, {rejected} rejected, {conflicts} in "
        "conflict, {already} already received. Safe to remove.",
        port=report.port,
        terminal=report.terminal,
        person=report.person,
        uploaded=counts.uploaded,
        accepted=counts.accepted,
        warned=counts.warned,
        quarantined=counts.quarantined,
        rejected=counts.rejected,
        conflicts=counts.conflicts,
        already=counts.already_received,
    )
