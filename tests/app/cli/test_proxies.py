from app.cli.diagnosis import proxy_in_use


def test_that_the_users_own_proxy_goes_first() -> None:
    system = {"https": "http://theirs:3128"}
    assert proxy_in_use("socks5://mine:1080", system) == "socks5://mine:1080"
    assert proxy_in_use("", system) == "http://theirs:3128"
    assert proxy_in_use("", {"all": "socks5://all:1"}) == "socks5://all:1"
    assert proxy_in_use("", {}) == ""


def test_that_a_password_is_never_said() -> None:
    said = proxy_in_use("http://me:secret@proxy.example:3128", {})
    assert said == "http://…@proxy.example:3128"
