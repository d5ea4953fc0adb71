"""Makes the group robots of the settings, with the secrets of the environment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sync.faults import SettingsFault
from sync.settings.sections import RobotSettings
from sync.tell.robots import dingtalk, feishu, wecom
from sync.tell.robots.pace import Pace
from sync.tell.robots.poster import Poster, secrets_in
from sync.tell.robots.robot import Robot
from sync.tell.robots.through_apprise import through_apprise


@dataclass(frozen=True)
class Clocks:
    """``now`` is seconds since 1970, for signatures; ``counted`` seconds since any moment, for the pace."""

    now: Callable[[], float]
    counted: Callable[[], float]
    sleep: Callable[[float], None]


def robots(
    chosen: Mapping[str, RobotSettings], environment: Mapping[str, str], clocks: Clocks
) -> dict[str, Robot]:
    """The robots by name. Raises SettingsFault for one whose address or secret is not to be found."""
    return {name: _robot(name, settings, environment, clocks) for name, settings in chosen.items()}


def _robot(name: str, settings: RobotSettings, environment: Mapping[str, str], clocks: Clocks) -> Robot:
    url = address_of(name, settings, environment)
    secret = _variable(name, settings.secret_env, environment)
    if settings.kind == "apprise":
        return through_apprise(name, url)
    if not _is_web_address(url):
        raise SettingsFault("the group robot {name}: its address has to begin with https://", name=name)
    poster = Poster(secrets=(secret, url, *secrets_in(url)))
    match settings.kind:
        case "dingtalk":
            return dingtalk.DingTalk(url, secret, poster, _pace(dingtalk.PER_MINUTE, clocks), clocks.now)
        case "wecom":
            return wecom.WeCom(url, poster, _pace(wecom.PER_MINUTE, clocks))
        case "feishu":
            return feishu.Feishu(url, secret, poster, _pace(feishu.PER_MINUTE, clocks), clocks.now)


def address_of(name: str, settings: RobotSettings, environment: Mapping[str, str]) -> str:
    """A robot's address, which is its secret too. Raises SettingsFault where there is none."""
    url = _variable(name, settings.url_env, environment) or settings.url.get_secret_value()
    if not url:
        raise SettingsFault("the group robot {name} has no address: set robots.{name}.url_env", name=name)
    return url


def _is_web_address(url: str) -> bool:
    try:
        return urlsplit(url).scheme in {"https", "http"}
    except ValueError:  # such as an IPv6 host without its closing bracket
        return False


def _variable(name: str, variable: str, environment: Mapping[str, str]) -> str:
    if variable and not environment.get(variable):
        raise SettingsFault(
            "the group robot {name}: the environment has no {variable}", name=name, variable=variable
        )
    return environment.get(variable, "").strip() if variable else ""


def _pace(per_minute: int, clocks: Clocks) -> Pace:
    return Pace(per_minute, clocks.counted, clocks.sleep)
