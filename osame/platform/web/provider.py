"""職員認証基盤（OIDC）。どこにあり、どの主張を職員番号と読み、何を第二要素と数えるか。

The staff identity provider, from a TOML file named by `OSAME_OIDC_FILE`. Without the file there is none. The secret may
stand in a file of its own (`client_secret_file`). Nobody is ever registered by signing in through it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from osame.kernel.refusals import Refusal

LOCAL = {"localhost", "127.0.0.1", "::1"}
CODE = "staff"


class UnsafeProvider(Refusal):
    """職員認証基盤の設定が安全ではありません。https のアドレスと、必要な項目を書いてください。"""


@dataclass(frozen=True, slots=True)
class Provider:
    """職員認証基盤。

    staff_number_claim: 職員番号と読む主張; second_factor_amr・second_factor_acr: 第二要素と数える値（空なら数えない）。
    """

    server_url: str
    client_id: str
    client_secret: str
    name: str = "職員認証基盤"
    staff_number_claim: str = "preferred_username"
    second_factor_amr: tuple[str, ...] = ()
    second_factor_acr: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        """画面から移ってよい先（CSP の form-action）。"""
        parts = urlparse(self.server_url)
        return f"{parts.scheme}://{parts.netloc}"

    def counts_as_second_factor(self, id_token: Mapping[str, Any]) -> bool:
        """この id_token は、第二要素まで確かめたと言っているか。"""
        amr = id_token.get("amr")
        said = set(amr) if isinstance(amr, list) else set()
        return bool(said & set(self.second_factor_amr)) or id_token.get("acr") in self.second_factor_acr

    def as_library_settings(self) -> dict[str, Any]:
        """サインインの仕組みに渡す形。"""
        return {
            "openid_connect": {
                "OAUTH_PKCE_ENABLED": True,
                "APPS": [
                    {
                        "provider_id": CODE,
                        "name": self.name,
                        "client_id": self.client_id,
                        "secret": self.client_secret,
                        "settings": {"server_url": self.server_url, "fetch_userinfo": False},
                    }
                ],
            }
        }


def read_provider(file: str | None) -> Provider | None:
    """設定のファイルから読む。なければ、職員認証基盤を使わない。"""
    if not file:
        return None
    facts = tomllib.loads(Path(file).read_text(encoding="utf-8"))
    secret_file = facts.pop("client_secret_file", None)
    if secret_file:
        facts["client_secret"] = Path(secret_file).read_text(encoding="utf-8").strip()
    for name in ("second_factor_amr", "second_factor_acr"):
        facts[name] = tuple(facts.get(name, ()))
    try:
        provider = Provider(**facts)
    except TypeError as fault:
        raise UnsafeProvider(str(fault)) from fault
    parts = urlparse(provider.server_url)
    if parts.scheme != "https" and parts.hostname not in LOCAL:
        raise UnsafeProvider(provider.server_url)
    return provider
