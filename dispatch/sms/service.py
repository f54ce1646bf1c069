"""The public face of this folder for everything above it: one import for what others may do with texts."""

from dispatch.sms.answers import (
    NOT_MEANT,
    PASS_ON,
    RING,
    Answer,
    AnswerHandler,
    AnswerHandlers,
    Word,
    WordHandler,
    WordHandlers,
)
from dispatch.sms.detour import other_way_out
from dispatch.sms.events import ACCOUNT_TROUBLED, Trouble
from dispatch.sms.inbox import InboxKind, add_inbox_item, finish_inbox_item
from dispatch.sms.outgoing import (
    OutgoingText,
    TakenBack,
    dedupe_key,
    default_account,
    queue_message,
    queue_messages,
    suppress,
)
from dispatch.sms.questions import (
    NewQuestion,
    OpenedQuestion,
    Question,
    answer_question,
    close_questions,
    fresh_code,
    open_question,
    open_questions_bulk,
    read_question,
    reopen_question,
)
from dispatch.sms.rules import MessageClass, MessageStatus, Priority, QuestionKind, QuestionStatus

__all__ = [
    "ACCOUNT_TROUBLED",
    "NOT_MEANT",
    "PASS_ON",
    "RING",
    "Answer",
    "AnswerHandler",
    "AnswerHandlers",
    "InboxKind",
    "MessageClass",
    "MessageStatus",
    "NewQuestion",
    "OpenedQuestion",
    "OutgoingText",
    "Priority",
    "Question",
    "QuestionKind",
    "QuestionStatus",
    "TakenBack",
    "Trouble",
    "Word",
    "WordHandler",
    "WordHandlers",
    "add_inbox_item",
    "answer_question",
    "close_questions",
    "dedupe_key",
    "default_account",
    "finish_inbox_item",
    "fresh_code",
    "open_question",
    "open_questions_bulk",
    "other_way_out",
    "queue_message",
    "queue_messages",
    "read_question",
    "reopen_question",
    "suppress",
]
