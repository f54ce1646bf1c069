import pytest
from prometheus_client.parser import text_string_to_metric_families

from dispatch.kit.metrics import Metrics


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(with_process=False)


def samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    body, media_type = metrics.render()
    assert media_type.startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def test_what_is_counted_is_exported_under_one_prefix(metrics: Metrics) -> None:
    metrics.counter("sms_sent", "texts handed to a gateway", ["gateway"]).labels(gateway="twilio").inc(3)
    metrics.gauge("outbox_due", "rows due and not done").set(7)
    metrics.histogram("reply_seconds", "from receipt to answer", buckets=[1, 60]).observe(2)
    assert samples(metrics) == {
        ("dispatch_sms_sent_total", (("gateway", "twilio"),)): 3,
        ("dispatch_outbox_due", ()): 7,
        ("dispatch_reply_seconds_bucket", (("le", "1.0"),)): 0,
        ("dispatch_reply_seconds_bucket", (("le", "60.0"),)): 1,
        ("dispatch_reply_seconds_bucket", (("le", "+Inf"),)): 1,
        ("dispatch_reply_seconds_count", ()): 1,
        ("dispatch_reply_seconds_sum", ()): 2,
    }


def test_the_process_itself_is_exported_unless_switched_off(metrics: Metrics) -> None:
    assert samples(metrics) == {}
    assert any(name.startswith("process_") for name, _ in samples(Metrics()))


def test_a_name_has_one_owner(metrics: Metrics) -> None:
    metrics.counter("sms_sent", "texts")
    with pytest.raises(ValueError, match="sms_sent"):
        metrics.counter("sms_sent", "texts")


def test_two_processes_in_one_interpreter_do_not_share_numbers() -> None:
    first, second = Metrics(with_process=False), Metrics(with_process=False)
    first.counter("sms_sent", "texts").inc()
    second.counter("sms_sent", "texts")
    assert samples(second) == {("dispatch_sms_sent_total", ()): 0}


@pytest.mark.parametrize("label", ["phone", "worker_name", "token", "shift_id", "id", "path", "url"])
def test_labels_that_identify_or_never_end_are_refused(metrics: Metrics, label: str) -> None:
    for make in (metrics.counter, metrics.gauge):
        with pytest.raises(ValueError, match=label):
            make("things", "things", [label])
    with pytest.raises(ValueError, match=label):
        metrics.histogram("things_seconds", "things", [label])


def test_names_follow_the_house() -> None:
    metrics = Metrics(with_process=False)
    for name in ("Sent", "sms-sent", "", "_sent", "sent_total"):
        with pytest.raises(ValueError, match=r"snake_case|_total"):
            metrics.counter(name, "texts")
    with pytest.raises(ValueError, match="unit"):
        metrics.histogram("reply", "from receipt to answer")
