"""What becomes of a draft by whoever made it: an auxiliary officer's has no effect before an officer countersigned it.

公安机关人民警察执勤执法工作规范 art. 5: auxiliary officers secure and report; decisions are officers'. The rule is
pure; whose draft it is of what, and who may see it, belongs to the drafts themselves.
"""

from __future__ import annotations

from typing import Literal

from models.access.rights import Role, may
from models.errors import Conflict, Forbidden, SecondPersonNeeded

# draft: being made; waits: for a countersignature; effective: it counts; rejected: by whom it was shown to.
DraftState = Literal["draft", "waits", "effective", "rejected"]


def handed_in(state: DraftState, author: Role) -> DraftState:
    """The state after its author is done with it. Raises Forbidden (he may not draft), Conflict (handed in already)."""
    if not may(author, "draft_evidence"):
        raise Forbidden(command="draft_evidence")
    if state != "draft":
        raise Conflict(why="not_a_draft")
    return "effective" if may(author, "issue_notice") else "waits"


def countersigned(
    state: DraftState, *, author_id: str, by_id: str, by: Role, approve: bool
) -> Literal["effective", "rejected"]:
    """The state after an officer's word on it. Raises Forbidden (not his to say), SecondPersonNeeded (his own),

    Conflict (it does not wait).
    """
    if not may(by, "countersign"):
        raise Forbidden(command="countersign")
    if author_id == by_id:
        raise SecondPersonNeeded
    if state != "waits":
        raise Conflict(why="not_waiting")
    return "effective" if approve else "rejected"
