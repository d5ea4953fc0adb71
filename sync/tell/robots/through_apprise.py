"""Any other chat through apprise, an optional extra: Slack, Teams, Telegram and a hundred more."""

from dataclasses import dataclass, field
from typing import Any

from sync.faults import DeliveryFault
from sync.tell.channel import Delivery
from sync.tell.group_message import GroupMessage, markdown
from sync.tell.unlogged import unlogged

_MOST_BYTES = 20_000
_LOGGERS = ("apprise", "urllib3.connectionpool", "urllib3.util.retry")  # they name addresses
_DEAF = {"dingtalk", "feishu", "lark", "wecombot"}
"""Plug-ins of apprise 2.2 that call a message delivered whatever code the answer's body has."""


@dataclass(frozen=True)
class ThroughApprise:
    """One address as apprise writes them (``slack://…``)."""

    way: Any = field(repr=False)

    def fits(self, message: GroupMessage) -> bool:
        """Apprise cuts by each service's limit; this only keeps it sensible."""
        return len(markdown(message).encode("utf-8", "replace")) <= _MOST_BYTES

    def send(self, message: GroupMessage) -> Delivery:
        """Post one message. Apprise says no more than yes or no: a no is final, so that nothing arrives twice."""
        try:
            with unlogged(*_LOGGERS):
                sent = self.way.notify(title=message.title, body=markdown(message), body_format="markdown")
        except Exception as error:  # a plug-in's own; its text can hold the address
            return Delivery(False, f"apprise fails: {type(error).__name__}", permanent=True)
        return Delivery(True) if sent else Delivery(False, "apprise could not deliver it", permanent=True)


def through_apprise(name: str, url: str) -> ThroughApprise:
    """Raises DeliveryFault when apprise is not installed, does not know the address, or cannot be trusted with it."""
    try:
        import apprise
    except ImportError:
        raise DeliveryFault(
            "the group robot {name} needs apprise: pip install 'closeloop[apprise]'", name=name
        ) from None
    way = apprise.Apprise()
    with unlogged(*_LOGGERS):
        known = way.add(url)
    if not known:
        raise DeliveryFault("the group robot {name}: apprise does not know this address", name=name)
    for plugin in way:
        kind = type(plugin).__module__.rpartition(".")[2]
        if kind in _DEAF:
            raise DeliveryFault(
                "the group robot {name}: apprise does not notice when {kind} refuses a message; "
                "use kind = dingtalk, wecom or feishu",
                name=name,
                kind=kind,
            )
    return ThroughApprise(way)
