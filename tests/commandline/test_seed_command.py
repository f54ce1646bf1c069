"""Making up a network from the command line."""

import json

from tests.commandline.conftest import Dispatch


def test_a_network_is_made_up_once(dispatch: Dispatch) -> None:
    result = dispatch("seed", "--workers", "60", "--city", "Казань", "--json")
    assert result.exit_code == 0, result.stderr
    seeded = json.loads(result.stdout)
    assert (seeded["done"], seeded["workers"], seeded["added"]) == (True, 60, {"kazan": 60})
    assert {login["franchise"] for login in seeded["logins"]} == {"hq", "kazan"}
    assert all(login["password"] for login in seeded["logins"])

    again = dispatch("seed", "--workers", "60", "--city", "Казань")
    assert again.exit_code == 0
    assert "has 60 workers already" in again.stderr
    assert again.stdout == ""

    more = dispatch("seed", "--workers", "40", "--city", "Казань", "--force")
    assert "40 of 40: kazan" in more.stderr
    assert "Made up 40 in kazan" in more.stderr


def test_an_unknown_city_is_wrong_usage(dispatch: Dispatch) -> None:
    result = dispatch("seed", "--city", "Атлантида", "--force")
    assert result.exit_code == 2
    assert "Атлантида" in result.stderr
