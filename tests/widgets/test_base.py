import threading

import comm
import pytest
from comm.base_comm import BaseComm
from traitlets import Int, Unicode

from glow_widgets._base import GlowWidget


class Counter(GlowWidget):
    first = Int().tag(sync=True)
    second = Int().tag(sync=True)
    text = Unicode().tag(sync=True)


class RoutingComm(BaseComm):
    """A comm that, as in ipykernel 7.4, answers where it last wrote."""

    def publish_msg(self, *args, **kwargs):
        pass

    def _reply_subshell_for(self, data, default):
        return "where it last wrote"


class PlainComm(BaseComm):
    def publish_msg(self, *args, **kwargs):
        pass


@pytest.fixture
def comms_of(monkeypatch):
    return lambda kind: monkeypatch.setattr(comm, "create_comm", kind)


def test_messages_go_where_jupyterlab_asks(comms_of):
    comms_of(RoutingComm)
    assert Counter().comm._reply_subshell_for({}, "where asked") == "where asked"


def test_kernels_without_that_routing_are_left_alone(comms_of):
    comms_of(PlainComm)
    assert not hasattr(Counter().comm, "_reply_subshell_for")


def test_publish_sends_one_message(monkeypatch):
    widget, sent = Counter(), []
    monkeypatch.setattr(widget, "_send", lambda message, buffers=None: sent.append(message))
    widget.publish(first=1, second=2)
    assert [message["state"] for message in sent] == [{"first": 1, "second": 2}]


def test_state_from_the_browser_waits_for_a_publish_to_end():
    widget = Counter()
    arrived = threading.Thread(target=widget.set_state, args=({"text": "from the browser"},))
    with widget._writing:
        arrived.start()
        arrived.join(0.05)
        assert widget.text == ""
    arrived.join(5)
    assert widget.text == "from the browser"
