"""What is told in two ways is the same: two inferences, a document written and read, an explanation."""

from __future__ import annotations

from engine.errors import Text
from engine.explanation import Explainer
from engine.testing.invariants.base import Broken, Invariant, Outcome, Scope, Trial, every_node, signature


def _engines(trial: Trial, scope: Scope) -> Outcome:
    main = trial.scorer.score(trial.facts)
    same = [*map(signature, main.lines)] == [*map(signature, trial.scoring.lines)]
    if not same or main.grade != trial.scoring.grade:
        return Broken(
            Text("durable-rules 与直接求值的结果不同", "durable-rules and the direct evaluation differ")
        )
    return "holds"


def _document(trial: Trial, scope: Scope) -> Outcome:
    from engine.record.reading import records_in, stated_facts
    from engine.record.verifying import compared
    from engine.record.writing import result_document, result_text

    document = result_document(trial.scoring)
    text = result_text([document], several=False)
    [read] = records_in(text.encode(), "result.json")
    if compared(read, document) or stated_facts(read, "result.json") != trial.facts.document:
        return Broken(Text("JSON 写出再读入不一致", "the JSON document does not read back the same"))
    return "holds"


def _explained(trial: Trial, scope: Scope) -> Outcome:
    explainer = Explainer(trial.scoring)
    for rule in trial.ruleset.rules:
        for decision in explainer.decisions(rule):
            if decision.result.truth is not decision.fired:
                return Broken(
                    Text(
                        f"{rule.id} 的说明与判定不符",
                        f"the explanation of {rule.id} says otherwise than the score",
                    )
                )
    for line in trial.scoring.lines:
        explainer.line(line)
    return "holds"


ENGINES = Invariant(
    "engines",
    Text("推理一致", "engines agree"),
    Text(
        "durable-rules 与直接求值得出同样的账目",
        "durable-rules and the direct evaluation give the same ledger",
    ),
    every_node,
    _engines,
)

DOCUMENT = Invariant(
    "document",
    Text("结果可复原", "the document reads back"),
    Text(
        "结果文件写出再读入，内容和事实不变",
        "a result document, written and read, is the same, and so are its facts",
    ),
    every_node,
    _document,
)

EXPLAINED = Invariant(
    "explained",
    Text("说明与判定相符", "explanations agree"),
    Text(
        "每条规则、每条记录，说明的真假与计分的判定相同",
        "for every rule and record, the explanation reaches the truth that the score used",
    ),
    every_node,
    _explained,
)
