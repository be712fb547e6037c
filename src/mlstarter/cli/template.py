"""``mlstarter template``: tools for those who write templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mlstarter import escape
from mlstarter.cli import shared_options
from mlstarter.console import echo
from mlstarter.errors import ExitStatus, UsageError
from mlstarter.escape import shell_word


@click.group()
def template() -> None:
    """Write, check, convert and publish a template of one's own."""


@template.command("new")
@click.argument("folder", type=click.Path(path_type=Path))
@shared_options.as_json
def new(folder: Path, as_json: bool) -> None:
    """Write a small Copier template with tests into FOLDER."""
    from mlstarter.authoring.skeleton import write_skeleton
    from mlstarter.console import print_json

    paths = write_skeleton(folder)
    if as_json:
        print_json("template new", {"path": str(folder.absolute()), "files": paths})
        return
    echo(f"Wrote {folder}: {len(paths)} files.\n")
    word = shell_word(folder)
    echo(f"Next:\n  mlstarter template lint {word}\n  mlstarter template test {word}")


@template.command("lint")
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@shared_options.trust
@shared_options.as_json
def lint(folder: Path, trust: bool, as_json: bool) -> None:
    """Find mistakes in the template in FOLDER.

    Exit status 3 where there are any.
    """
    from mlstarter.authoring.lint import lint as find
    from mlstarter.authoring.working_template import working_copy
    from mlstarter.console import print_json, steps

    with working_copy(folder) as working, steps(quiet=as_json) as step:
        step("making projects")
        findings = find(working, trust=trust)
    if as_json:
        rows = [{"rule": f.rule, "where": f.where, "message": f.message} for f in findings]
        print_json("template lint", {"findings": rows})
    else:
        for finding in findings:
            echo(escape.line(f"{finding.rule}: {finding.where} {finding.message}"))
        echo(_count(len(findings), "finding"), err=True)
    if findings:
        raise click.exceptions.Exit(ExitStatus.NEEDS_ATTENTION)


@template.command("test")
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@click.option("--run", "command", metavar="CMD", help="Run this in every project; it must succeed.")
@shared_options.trust
@shared_options.as_json
def test(folder: Path, command: str | None, trust: bool, as_json: bool) -> None:
    """Make a project for every pair of answers, and look at each.

    Exit status 3 where one is at fault.
    """
    from mlstarter.authoring.pairwise_test import check_matrix
    from mlstarter.authoring.working_template import working_copy
    from mlstarter.console import print_json, steps

    with working_copy(folder) as working, steps(quiet=as_json) as step:
        outcomes = check_matrix(working, trust=trust, command=command, progress=step)
    faulty = [outcome for outcome in outcomes if outcome.faults]
    if as_json:
        rows = [
            {"answers": o.answers, "files": o.files, "faults": list(o.faults)} for o in outcomes
        ]
        print_json("template test", {"projects": rows, "failed": len(faulty)})
    else:
        for outcome in faulty:
            echo(escape.line(f"with {outcome.answers}:"))
            for fault in outcome.faults:
                echo(f"  {escape.line(fault)}")
        echo(f"{_count(len(outcomes), 'project')}, {len(faulty)} at fault", err=True)
    if faulty:
        raise click.exceptions.Exit(ExitStatus.NEEDS_ATTENTION)


@template.command("convert")
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("out", required=False, type=click.Path(path_type=Path))
@shared_options.trust
@shared_options.as_json
def convert(folder: Path, out: Path | None, trust: bool, as_json: bool) -> None:
    """Turn a Cookiecutter template into a Copier one, and compare them.

    The template in FOLDER is written into OUT (FOLDER-copier). Then both are rendered for the
    defaults and for sets of answers that cover every pair, and compared: with --trust after their
    hooks and tasks, which run in temporary copies; without, before. Exit status 3 where they
    differ.
    """
    from mlstarter.authoring.convert import convert as convert_template
    from mlstarter.authoring.equivalence import prove
    from mlstarter.authoring.working_template import working_copy
    from mlstarter.console import print_json, steps

    folder = folder.absolute()
    target = out or folder.with_name(f"{folder.name}-copier")
    with working_copy(folder) as original, steps(quiet=as_json) as step:
        step("converting")
        conversion = convert_template(original, target)
        step("comparing both")
        with working_copy(target) as result:
            proof = prove(original, result, trust=trust)
    differing = [{"answers": d.answers, "paths": list(d.paths)} for d in proof.differences]
    payload: dict[str, Any] = {
        "path": str(conversion.out),
        **{"questions": conversion.questions, "files": conversion.files, "tasks": conversion.tasks},
        "lost": conversion.losses,
        "proof": {
            **{"compared": proof.set_count, "unrendered": proof.failure_count},
            "code_ran": proof.code_ran,
            "differences": differing,
        },
    }
    if as_json:
        print_json("template convert", payload)
    else:
        _print_conversion(payload)
    if not proof.holds:
        raise click.exceptions.Exit(ExitStatus.NEEDS_ATTENTION)


@template.command("publish")
@click.argument("remote")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--version", metavar="VERSION", help="The version that FOLDER becomes there.")
@shared_options.as_json
def publish(remote: str, folder: Path | None, version: str | None, as_json: bool) -> None:
    """Push a template to a git remote as a version, with a tag.

    The template in FOLDER becomes version V at REMOTE. Files that git ignores are left out.
    Without FOLDER: every released version of the built-in template, for a copy of one's own.
    """
    from mlstarter.authoring.publish import publish as publish_folder
    from mlstarter.authoring.publish import publish_builtin
    from mlstarter.console import print_json
    from mlstarter.sources.builtin import ADDRESS_VARIABLE

    if folder is not None and version is None:
        raise UsageError("The version is missing.", hint="for example --version 0.1.0")
    if folder is None and version is not None:
        raise UsageError(
            "The built-in template has its versions already.", hint="leave out --version"
        )
    if folder is None or version is None:
        publication = publish_builtin(remote)
    else:
        publication = publish_folder(folder, remote, version)
    if as_json:
        print_json(
            "template publish",
            {"address": publication.address, "versions": list(publication.versions)},
        )
        return
    what = ", ".join(publication.versions) or "nothing new"
    echo(f"Published {what} at {publication.address}")
    if folder is None:
        echo(f"hint: {ADDRESS_VARIABLE}={publication.address} makes new projects name it", err=True)


def _print_conversion(payload: dict[str, Any]) -> None:
    proof = payload["proof"]
    echo(
        f"Wrote {payload['path']}: {_count(payload['questions'], 'question')}, "
        f"{_count(payload['files'], 'file')}, {_count(payload['tasks'], 'task')}."
    )
    for line in payload["lost"]:
        echo(f"  not carried over as it was: {escape.line(line)}")
    same = proof["compared"] - len(proof["differences"]) - proof["unrendered"]
    who = "Without their hooks and tasks, both" if proof["code_ran"] is False else "Both"
    echo(f"{who} templates write the same files for {same} of {proof['compared']} sets of answers.")
    if proof["code_ran"] is False:
        echo("  what hooks and tasks do was not compared: --trust runs them in copies")
    if proof["unrendered"]:
        echo(f"  {_count(proof['unrendered'], 'set')} cannot be rendered by either")
    for difference in proof["differences"][:5]:
        echo(escape.line(f"  with {difference['answers']}: {', '.join(difference['paths'][:5])}"))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
