"""What was measured, beside what is wanted: `wanted.toml` has the wanted values, `docs/benchmarks/` the measured."""

import json
import operator
import os
import platform
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from .publication import ROOT

WRITTEN: Final = ROOT / "docs" / "benchmarks"
RATIO: Final = "×"
_TABLE: Final = Path(__file__).with_name("wanted.toml")
_COMPARED: Final[Mapping[str, Callable[[float, float], bool]]] = {"≥": operator.ge, "<": operator.lt, "=": operator.eq}


@dataclass(frozen=True)
class Outcome:
    """One value.

    Attributes:
        name: of what was measured, as in `wanted.toml`.
        value: of it.
        unit: `×` for a ratio, of which more is better.
        details: what it comes from, a line for each program.
    """

    name: str
    value: float
    unit: str = RATIO
    details: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def wanted(self) -> tuple[str, float] | None:
        """How the value should compare with which, if anything is wanted."""
        text = wanted().get(self.name)
        return (text.split()[0], float(text.split()[1])) if text else None

    @property
    def met(self) -> bool | None:
        """Whether it is as wanted; None where nothing is."""
        if not self.wanted:
            return None
        sign, value = self.wanted
        return _COMPARED[sign](self.value, value)


def wanted() -> dict[str, str]:
    """The wanted values by name: `≥ 0.3`, `< 100`."""
    with _TABLE.open("rb") as file:
        return dict(tomllib.load(file)["wanted"])


def show(outcome: Outcome) -> str:
    """One line for people."""
    sign, value = outcome.wanted or ("", "")
    mark = {True: "as wanted", False: "NOT YET", None: ""}[outcome.met]
    amount = f"{_number(outcome.value)} {outcome.unit}"
    return f"{outcome.name:58} {amount:>12}  {f'{sign} {value:g}' if sign else '':>9}  {mark}".rstrip()


def write(name: str, outcomes: Sequence[Outcome], remarks: Iterable[str]) -> None:
    """Keep the outcomes as JSON, for the next run, and as a table in Markdown."""
    WRITTEN.mkdir(parents=True, exist_ok=True)
    machine = {"processor": platform.machine(), "cores": _cores(), "python": platform.python_version()}
    head = {"measured": datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ"), "machine": machine, "remarks": list(remarks)}
    content = head | {"outcomes": [asdict(each) | {"wanted": wanted().get(each.name)} for each in outcomes]}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    (WRITTEN / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    lines = [
        f"# `make {'bench' if name == 'full' else f'bench-{name}'}`",
        "",
        f"Measured {content['measured']} on {machine['cores']} cores, Python {machine['python']}. A ratio is what",
        "this program gives by what the other gives in the same run, in turn; more is better. Read ratios: how fast a",
        "machine is varies more than they do.",
        "",
        "| what | measured | wanted | |",
        "|---|---:|---:|---|",
    ]
    for each in outcomes:
        met = {True: "✓", False: "not yet", None: ""}[each.met]
        lines.append(f"| {each.name} | {_number(each.value)} {each.unit} | {wanted().get(each.name, '')} | {met} |")
    lines += ["", *(f"- {remark}" for remark in content["remarks"])] if content["remarks"] else []
    lines += ["", *_details(outcomes)]
    (WRITTEN / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def fallen(name: str, outcomes: Iterable[Outcome]) -> list[str]:
    """The ratios that are less than half of what is written down, a sentence for each."""
    file = WRITTEN / f"{name}.json"
    if not file.is_file():
        return []
    before = {each["name"]: float(each["value"]) for each in json.loads(file.read_text("utf-8"))["outcomes"]}
    return [
        f"{each.name}: {_number(each.value)} ×, less than half of {_number(before[each.name])} × ({file})"
        for each in outcomes
        if each.unit == RATIO and each.value < before.get(each.name, 0) / 2
    ]


def _details(outcomes: Iterable[Outcome]) -> list[str]:
    names = sorted({name for each in outcomes for row in each.details.values() for name in row})
    if not names:
        return []
    rows = [f"| {each.name} | {who} | " + " | ".join(str(row.get(name, "")) for name in names) + " |"
            for each in outcomes for who, row in each.details.items()]  # fmt: skip
    head = f"| what | program | {' | '.join(name.replace('_', ' ') for name in names)} |"
    return ["## In detail", "", head, "|---|---|" + "---:|" * len(names), *rows]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2g}"


def _cores() -> int:
    return len(os.sched_getaffinity(0))
