"""`dispatch sms`: what the reply grammar makes of a text, how well it does on a labelled list, what a text costs."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from dispatch.commandline.output import AsJson, print_facts, print_json, print_table, say
from dispatch.commandline.root import ExitCode
from dispatch.sms.evaluate import Evaluation, Miss, evaluate_file
from dispatch.sms.replies import Context, Disposition, parse_reply
from dispatch.sms.text_preview import preview as preview_of
from dispatch.sms.text_rules import samples
from dispatch.sms.texts import SENTENCES, Language, Template

app = typer.Typer(no_args_is_help=True, help="The reply grammar, and what texts of ours cost.")

_SHOWN = 40


@app.command()
def parse(
    text: Annotated[str, typer.Argument(help="As it came from the phone.", metavar="TEXT", show_default=False)],
    context: Annotated[Context, typer.Option(help="What was open for this phone.")] = Context.OFFER,
    *,
    as_json: AsJson = False,
) -> None:
    """Say what a text means, and why."""
    reply = asdict(parse_reply(text, context))
    if as_json:
        print_json(reply)
    else:
        print_facts({name: fact for name, fact in reply.items() if fact not in (None, ())})


@app.command()
def evaluate(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, readable=True, help="Seven columns parted by tabs.", metavar="FILE"
        ),
    ],
    least: Annotated[float, typer.Option("--least", min=0, max=1, help="The score that is enough, 0 to 1.")] = 1.0,
    *,
    as_json: AsJson = False,
) -> None:
    """Judge the grammar on labelled texts: the score, what was taken for what, and each row it missed.

    The columns are context, text, disposition, code, minutes, party, stated time; `-` means none, `#` begins a comment.
    Exit code 1 below --least, or when a text was wrongly taken for a yes, or a stop was missed or invented.
    """
    result = evaluate_file(file)
    if as_json:
        print_json(_report(result))
    else:
        _show(result)
    if result.score < least or result.cardinal_errors:
        raise typer.Exit(ExitCode.FAILED)


@app.command()
def preview(
    template: Annotated[Template, typer.Argument(help="Which text.", show_default=False)],
    language: Annotated[Language, typer.Option(help="Of the reader.")] = Language.RU,
    text: Annotated[str, typer.Option(help="The sentence with its places; without it, the house's.")] = "",
    *,
    latin: Annotated[bool, typer.Option("--latin", help="Cyrillic in Latin letters.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what a text looks like with the values of a usual order, and how many segments it takes.

    Exit code 1 when it may not go out.
    """
    body = text or SENTENCES[language][template]
    seen = preview_of(template, language, body, samples(template, language), in_latin=latin)
    facts = {
        "text": seen.text,
        "encoding": seen.encoding,
        "units": seen.units,
        "segments": seen.segments,
        "forced": "".join(seen.forced),
        "faults": [f"{fault.kind} {fault.about}".strip() for fault in seen.faults],
    }
    if as_json:
        print_json(facts)
    else:
        print_facts({name: ", ".join(fact) if isinstance(fact, list) else fact for name, fact in facts.items() if fact})
    if seen.faults:
        raise typer.Exit(ExitCode.FAILED)


def _report(result: Evaluation) -> dict[str, Any]:
    return {
        "rows": result.rows,
        "score": round(result.score, 4),
        "cardinal_errors": len(result.cardinal_errors),
        "confusion": [
            {"wanted": wanted, "given": given, "count": count}
            for (wanted, given), count in sorted(result.confusion.items())
        ],
        "misses": [
            {
                "line": miss.label.line,
                "context": miss.label.context,
                "text": miss.label.text,
                "wanted": miss.label.disposition,
                "given": miss.reply.disposition,
                "cardinal": miss.is_cardinal,
                "why": miss.reply.why,
            }
            for miss in result.misses
        ],
    }


def _show(result: Evaluation) -> None:
    print_confusion(result.confusion)
    if result.misses:
        typer.echo("")
        print_table(
            ("line", "context", "text", "wanted", "given", ""),
            [_row(miss) for miss in result.misses[:_SHOWN]],
            empty="",
        )
        if len(result.misses) > _SHOWN:
            say(f"... and {len(result.misses) - _SHOWN} more; --json lists all.")
    say(
        f"{result.rows - len(result.misses)} of {result.rows} right ({result.score:.2%}), "
        f"{len(result.cardinal_errors)} of the errors must not happen."
    )


def _row(miss: Miss) -> tuple[object, ...]:
    wanted, given = miss.label.disposition, miss.reply.disposition
    # The same disposition and still a miss: another column differs.
    shown = f"{given} (figures differ)" if wanted is given else given
    return (miss.label.line, miss.label.context, miss.label.text, wanted, shown, "!" if miss.is_cardinal else "")


def print_confusion(confusion: Mapping[tuple[Disposition, Disposition], int]) -> None:
    """Print what was wanted, line by line, against what was given, column by column; empty lines left out."""
    seen = [each for each in Disposition if any(each in pair for pair in confusion)]
    rows = [
        (wanted, *(confusion.get((wanted, given), 0) or "." for given in seen))
        for wanted in seen
        if any(confusion.get((wanted, given)) for given in seen)
    ]
    print_table(("wanted \\ given", *seen), rows, empty="No rows.")
