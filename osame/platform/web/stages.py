"""サインインの段。パスワードの後に、第二要素を確かめる。"""

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from osame.platform.web.adapters import second_factor_by_provider
from osame.platform.web.middleware import BY_PROVIDER


class SecondFactorStage(AuthenticateStage):
    """第二要素。職員認証基盤が確かめていて、それを数える設定のときだけ、省く。"""

    def _should_handle(self, request: HttpRequest) -> bool:
        by_provider = second_factor_by_provider(self.login.signal_kwargs)
        request.session[BY_PROVIDER] = by_provider
        return not by_provider and super()._should_handle(request)
