"""The ledger line by line: what each rule asked for, what it cost, and why the two differ, worked by hand.

A line reads: kind, rule (with its record) or criterion, nominal points, applied points, reason.
"""

from __future__ import annotations

import pytest

from tests.shapes.cases import all_cases, described

ROOT_LINES = {
    "02-points-per-percentage-point: twenty-five percentage points take no more than there is": """
        deduction above_ceiling 12.5 5 floor
    """,
    "02-points-per-percentage-point: half a percentage point above costs nothing yet": """
        deduction above_ceiling 0 0
    """,
    "04-deviation-both-sides: fifteen steps are exactly the cap": """
        deduction off_plan 15 15
    """,
    "04-deviation-both-sides: sixteen steps above stop at the cap": """
        deduction off_plan 16 15 cap
    """,
    "06-threshold-else-proportional: a quarter above": """
        score staff_control 1 1
    """,
    "11-per-occurrence: the fourth violation takes no more than there is": """
        deduction violation[V1] 1 1
        deduction violation[V2] 1 1
        deduction violation[V3] 1 1
        deduction violation[V4] 1 0 floor
    """,
    "11-per-occurrence: mixed amounts reach the floor in the middle of one of them": """
        deduction late_report[A] 1 1
        deduction late_report[B] 1 1
        deduction not_evaluated[A] 2 2
        deduction not_evaluated[B] 2 1 floor
    """,
    "16-either-or: the change is the better": """
        score change 3.33 3.33
    """,
    "16-either-or: both equal and less than full": """
        score rate 10 10
    """,
    "17-not-applicable-full: no such projects earn full points": "",
    "17-rescaled-to-100: one row does not apply": """
        score outputs 5 5
        score social 6 6
        rescaling total 1.22 1.22
    """,  # 100 − 11 − 87.78
    "17-optional-pool: one chosen stands for the pool": """
        score common 8 8
        score training 3 3
        rescaling pool 7 7
    """,
    "19-bonus-per-percent: three percent add no more than the cap": """
        bonus growth_bonus -3 -2 cap
        score other 3 3
    """,
    "19-bonus-per-percent: a bonus makes up for points lost elsewhere": """
        bonus growth_bonus -2 -2
        score other 1.5 1.5
        cap total 0.5 0.5
    """,
    "19-bonus-per-case: seven cases leave one point for the other rule": """
        score base 10 10
        bonus commended[A] -1 -1
        bonus commended[B] -1 -1
        bonus commended[C] -1 -1
        bonus commended[D] -1 -1
        bonus commended[E] -1 -1
        bonus commended[F] -1 -1
        bonus commended[G] -1 -1
        bonus piloted -2 -1 cap
    """,
    "20-veto-lowest-tier: the veto takes the bonus as well": """
        bonus cleared_early -1 -1
        veto too_much_overdue 9 9
        score other 2 2
    """,
    "20-veto-lowest-tier: the lowest tier has nothing for the veto to take": """
        score arrears 8 8
        veto too_much_overdue 0 0
        score other 2 2
    """,
    "21-waiver: what was waived makes room for the rest": """
        deduction transfer[C] 1 0 waived
        deduction transfer[A] 1 1
        deduction transfer[B] 1 1
        deduction transfer[D] 1 1
        deduction transfer[E] 1 1
        deduction overspending 2 1 floor
    """,
    "22-discretionary: complete": """
        judged plan 0 0
    """,
    "22-discretionary: the judgement is rounded half up": """
        judged plan 1.26 1.26
    """,
    "13-qualitative-tiers: the bottom of the second tier belongs to it": """
        judged benefit 4 4
    """,
    "24-money-weighted-projects: 89.995 is rounded to 90": """
        score road 5 5
        score school 5.005 5.005
        rounding total -0.005 -0.005
    """,  # half of 10 and of 10.01
    "24-money-weighted-projects: 89.993… is rounded to 89.99": """
        score road 20/3 20/3
        score school 3.34 3.34
        rounding total 1/300 1/300
    """,
    "24-weakest-link: a tie": """
        score procedures 6 6
    """,
    "exact-score: below nothing is nothing": """
        score work 5 5
    """,
    "exact-score: a little more is not": """
        score work 0.01 0.01
        score other 5 5
    """,
    "exact-leaf-order: nothing lost": """
        judged work 0 0
    """,
    "exact-leaf-order: each line is rounded by itself": """
        deduction late[A] 0.01 0.01
        deduction late[B] 0.01 0.01
        deduction late[C] 0 0
        judged work 0 0
    """,
    "exact-leaf-order: the cap stops the third": """
        deduction late[A] 1.5 1.5
        deduction late[B] 1 1
        deduction late[C] 2 0.5 cap
        judged work 0 0
    """,
    "exact-leaf-order: what is waived leaves first and leaves the cap to the others": """
        deduction late[B] 2 0 waived
        deduction late[A] 2 2
        deduction late[C] 2 1 cap
        judged work 0 0
    """,
    "exact-leaf-order: the cap and then the floor": """
        score work 7.5 7.5
        deduction late[A] 2 2
        deduction late[B] 2 0.5 floor
        deduction late[C] 2 0 floor
        judged work 0 0
    """,
    "exact-leaf-order: a later rule finds what is left": """
        deduction late[A] 2 2
        deduction late[B] 1 1
        deduction incomplete 8 7 floor
        judged work 0 0
    """,
    "exact-leaf-order: the assessor comes after the deductions": """
        deduction late[A] 2 2
        deduction late[B] 1 1
        deduction incomplete 6 6
        judged work 4 1 floor
    """,
    "exact-leaf-order: a bonus comes after the floor": """
        score work 10 10
        deduction late[A] 2 0 floor
        deduction incomplete 9 0 floor
        judged work 4 0 floor
        bonus award[X] -1 -1
    """,
    "exact-leaf-order: the rule's cap and the row's cap on bonuses": """
        judged work 0 0
        bonus award[X] -1 -1
        bonus award[Y] -1 -0.5 cap
        bonus pioneered -1 -0.5 cap
        score rest 5 5
    """,
    "exact-leaf-order: the veto takes the rest, bonus included": """
        deduction late[A] 2 2
        judged work 0 0
        bonus award[X] -1 -1
        bonus award[Y] -1 -0.5 cap
        bonus pioneered -1 -0.5 cap
        veto fraud_found 9 9
        score rest 5 5
    """,
    "exact-leaf-order: the veto gives nothing": """
        score work 9.5 9.5
        judged work 0 0
        veto fraud_found 0 0
        score rest 5 5
    """,
    "exact-amounts: rounded to nothing has fired": """
        deduction costs 0 0
    """,
    "exact-amounts: the cap is rounded too": """
        deduction costs 9 3 cap
    """,
    "exact-amounts: a cap of zero": """
        deduction costs 5 0 cap
    """,
    "exact-veto: points lost before are not lost again": """
        score one 4 4
        veto section_vetoed 3 3
    """,
    "exact-veto: the bonus below is taken as well": """
        bonus extra -2 -2
        veto section_vetoed 9 9
    """,
    "exact-veto: at the root the cap comes first": """
        bonus extra -2 -2
        cap total 2 2
        veto all_vetoed 15.5 15.5
    """,
    "exact-root-cap: far above the total": """
        bonus extra -50 -50
        cap total 50 50
    """,
    "exact-rescale: one row is left out": """
        score row_a 1 1
        score row_c 2 2
        rescaling first 1.5 1.5
    """,  # 30 − 3 − 25.5
    "exact-rescale: nested, the inner rounding counts above": """
        score row_e 10 10
        rescaling inner 3.33 3.33
        rescaling second 33.32 33.32
    """,  # 20 − 10 − 6.67; 70 − 13.33 − 23.35
    "exact-rescale: a whole section does not apply": """
        score row_d 10 10
        score row_e 3 3
        score row_f 2 2
        rescaling total 6.43 6.43
    """,  # 100 − 15 − 78.57
    "exact-rescale-root: one out of its branch and one out of the table": """
        score row_a 3 3
        score row_b 2 2
        score row_c 5 5
        rescaling second 2.5 2.5
        rescaling total 1.39 1.39
    """,  # 30 − 5 − 22.5; 100 − 12.5 − 86.11
    "exact-best-and-weakest: ties go to the first": """
        score best_a 2 2
        score weak_d 2 2
        score full_d 2 2
    """,
    "exact-best-and-weakest: if_not zero is a candidate for the weakest": """
        score best_b_one 0.6 0.6
        score best_b_two 0.4 0.4
        not_applicable weak_c_applies 10 10
    """,
    "exact-best-and-weakest: a branch with no candidate does not apply": """
        score weak_c 6 6
        score full_d 4 4
        rescaling total 5 5
    """,
    "exact-average: two thirds are rounded up": """
        score row_c 10/3 10/3
        rounding mean -1/300 -1/300
    """,
    "exact-average: a capped line keeps its nominal points in the same share": """
        deduction b_costs 2 1.25 cap
    """,  # 8 and 5 times 10/2/20
    "exact-average: a bonus counts by its share": """
        bonus a_extra -1 -1
        deduction b_costs 1 1
    """,
    "exact-weighted: rounded half up": """
        score points_a 1.998 1.998
        score points_b 6 6
        rounding by_points 0.002 0.002
        score child_a 4.995 4.995
        score child_b 7 7
        rounding by_child -0.005 -0.005
    """,  # 9.99 × 8/40, 30 × 8/40; 9.99 × 12 × 5/12/10, 30 × 12 × 7/12/30
    "exact-weighted: a weight of zero": """
        score points_a 1.4 1.4
        score child_a 0 0
    """,
    "exact-findings: findings beyond the cap and the floor count": """
        score second_review 5 5
        deduction repeated 1.5 1.5
        deduction late_contract[A] 1 1
        deduction late_contract[B] 1 0 cap
        deduction report_missing 9 4 floor
        judged judgement 3 3
        score weighed_a 3.75 3.75
    """,
    "exact-unseen: claimed in part": """
        unseen disclosure 1.5 1.5
    """,
    "exact-judged: after the deductions": """
        deduction fault 4 4
        judged quality 5 5
        judged benefit 2.5 2.5
        deduction benefit_fault 4 4
    """,
    "exact-grades: the veto takes points and limits the grade": """
        bonus extra -25 -25
        cap total 25 25
        veto fraud_found 15 15
    """,
    "exact-grades: 79.995 is rounded to 80": """
        score row_a 10.005 10.005
        score row_b 10 10
        rounding total -0.005 -0.005
    """,
}


@pytest.mark.parametrize(("name", "expected"), ROOT_LINES.items(), ids=list(ROOT_LINES))
def test_the_ledger_of_the_whole_table(name: str, expected: str) -> None:
    scoring = all_cases()[name].outcome.scoring
    assert scoring is not None
    assert [described(line) for line in scoring.lines] == [
        line.strip() for line in expected.strip().splitlines()
    ]
