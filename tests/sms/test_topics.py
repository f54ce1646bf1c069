"""What a question is about: the few things our own facts answer, and nothing else."""

import pytest

from dispatch.sms.grammar.topics import Topic, topic_of


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("сколько платят?", Topic.PAY),
        ("А сколько в час", Topic.PAY),
        ("какая ставка", Topic.PAY),
        ("what is the pay?", Topic.PAY),
        ("mennyi a bér?", Topic.PAY),
        ("куда ехать?", Topic.PLACE),
        ("какой адрес", Topic.PLACE),
        ("как доехать до вас", Topic.PLACE),
        ("where is it?", Topic.PLACE),
        ("¿dónde es?", Topic.PLACE),
        ("во сколько начало?", Topic.TIME),
        ("до скольки работаем", Topic.TIME),
        ("what time?", Topic.TIME),
        ("soat nechada", Topic.TIME),
        ("во сколько и куда ехать?", None),
        ("сколько платят и какой адрес", None),
        ("а обед будет?", None),
        ("кто это", None),
        ("сколько человек нужно", None),
        ("", None),
        ("платят " + "очень " * 20, None),
    ],
)
def test_topics(text: str, topic: Topic | None) -> None:
    assert topic_of(text) is topic
