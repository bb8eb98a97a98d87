"""How people sign in here: not at all, with a password, or with an account of somebody else's."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlsplit

from streamlit.auth_util import get_cookie_with_chunks, get_secrets_auth_section
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from core.errors import InvalidSettingError
from core.jobs.once import Latest
from core.people.passwords import LONGEST_NAME, Accounts
from core.people.persons import Person
from core.people.server_secret import server_secret
from core.people.sign_ins import LASTS, Ended, SignIn, SignIns
from core.settings import home

if TYPE_CHECKING:
    from streamlit.runtime.secrets import AttrDict

PASSWORDS_VARIABLE: Final = "LABELSPREAD_PASSWORDS"
ADMINS_VARIABLE: Final = "LABELSPREAD_ADMINS"
NO_LOGIN_VARIABLE: Final = "LABELSPREAD_NO_LOGIN"
COOKIE: Final = "labelspread_sign_in"

_DAY: Final = 24 * 60 * 60
_LONGEST_ID: Final = 200


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who is signed in.

    Attributes
    ----------
    id
        Names the sign-in.
    ends
        When it ends, seconds since 1970.
    """

    person: Person
    id: str
    ends: float


class Login(Protocol):
    """A way to sign in."""

    ended: Ended

    def find(self, cookies: Mapping[str, str], /) -> SignedIn | None:
        """Whoever is signed in, as the cookies of a browser say; None where nobody is."""
        ...


class PasswordLogin:
    """Names and passwords of a file.

    Parameters
    ----------
    accounts
        The file.
    secret
        Signs what browsers keep.
    ended
        The sign-ins that were ended before their time.
    """

    def __init__(self, accounts: Accounts, secret: bytes, ended: Ended) -> None:
        self.accounts = accounts
        self.ended = ended
        self.sign_ins = SignIns(secret, accounts.hash_of, ended)

    def find(self, cookies: Mapping[str, str], /) -> SignedIn | None:
        """Whoever is signed in, as the cookies of a browser say; None where nobody is."""
        found = self.sign_in_of(cookies)
        if found is None:
            return None
        person = Person(found.person_id, found.person_id)
        return SignedIn(person, found.id, found.ends)

    def sign_in_of(self, cookies: Mapping[str, str]) -> SignIn | None:
        """The same, to be renewed."""
        text = cookies.get(COOKIE)
        return None if text is None else self.sign_ins.find(text)


class OpenIdLogin:
    """An OpenID Connect provider, as ``[auth]`` in Streamlit's ``secrets.toml`` names it.

    Streamlit talks with it and keeps what it has said in a cookie that is signed. A person is known
    by the e-mail address if the provider says that it was checked, else by the provider's own name
    for the account.

    Parameters
    ----------
    ended
        The sign-ins that were ended before their time.
    providers
        What each provider is called in ``secrets.toml``; "default" where there is one.
    """

    def __init__(self, ended: Ended, providers: tuple[str, ...]) -> None:
        self.ended = ended
        self.providers = providers

    def find(self, cookies: Mapping[str, str], /) -> SignedIn | None:
        """Whoever is signed in, as the cookies of a browser say; None where nobody is."""
        kept = cookies.get(USER_COOKIE_NAME)
        if kept is None:
            return None
        secret = get_cookie_secret()

        def one(name: str) -> bytes | None:
            text = cookies.get(name, "")
            try:
                # As old as a sign-in may be.
                return decode_signed_value(secret, name, text.encode("latin-1"), LASTS / _DAY)
            except UnicodeEncodeError:
                return None

        told = get_cookie_with_chunks(one, USER_COOKIE_NAME)
        try:
            claims = json.loads(told) if told else None
        except ValueError:
            return None
        if not isinstance(claims, dict):
            return None
        person = _person_in(claims)
        id_ = hashlib.sha256(kept.encode("utf-8", "replace")).hexdigest()
        if person is None or self.ended.is_ended(id_):
            return None
        return SignedIn(person, id_, _begun(claims) + LASTS)


def _begun(claims: Mapping[str, Any]) -> float:
    """When the provider has said so, seconds since 1970; now where it does not tell."""
    at = claims.get("iat")
    now = time.time()
    return min(float(at), now) if isinstance(at, int | float) and at > now - LASTS else now


def _person_in(claims: Mapping[str, Any]) -> Person | None:
    """Who it is, as the provider says; None where it does not."""
    subject, email = claims.get("sub"), claims.get("email")
    if claims.get("is_logged_in") is not True or not isinstance(subject, str) or not subject:
        return None
    if isinstance(email, str) and "@" in email and claims.get("email_verified") is True:
        person_id = email.strip().casefold()
    else:
        issuer = claims.get("iss")
        host = urlsplit(issuer).netloc if isinstance(issuer, str) else ""
        person_id = f"{host}/{subject}"
    if len(person_id) > _LONGEST_ID or not person_id.isprintable():
        return None
    name = claims.get("name")
    shown = "".join(s for s in name if s.isprintable()).strip() if isinstance(name, str) else ""
    return Person(person_id, shown[:LONGEST_NAME] or person_id)


_LOGIN: Final[Latest[None, Login | None]] = Latest(1)


def login() -> Login | None:
    """How people sign in to this process; None where nobody does.

    Raises
    ------
    InvalidSettingError
        If the settings contradict each other, or nobody could sign in.
    """
    return _LOGIN.get(None, lambda: login_of(os.environ, get_secrets_auth_section()))


def forget_login() -> None:
    """Look at the settings anew when it is next asked."""
    _LOGIN.drop(None)


def login_of(environment: Mapping[str, str], section: AttrDict | None) -> Login | None:
    """How people sign in.

    Parameters
    ----------
    section
        ``[auth]`` of Streamlit's ``secrets.toml``; None where there is none.

    Raises
    ------
    InvalidSettingError
        If the settings contradict each other, or nobody could sign in.
    """
    path = environment.get(PASSWORDS_VARIABLE, "").strip()
    if path and section:
        raise InvalidSettingError(
            f"{PASSWORDS_VARIABLE} is set, and there is [auth] in secrets.toml.", "Choose one."
        )
    if not path and not section:
        return None
    ended = Ended(home(environment) / "signed-out.txt")
    if section:
        named = tuple(name for name, value in section.items() if isinstance(value, Mapping))
        return OpenIdLogin(ended, ("default",) if section.get("client_id") else named)
    accounts = Accounts(Path(path).expanduser().absolute())
    accounts.require()
    return PasswordLogin(accounts, server_secret(environment), ended)


def administrators(environment: Mapping[str, str]) -> frozenset[str]:
    """Who may do everything: ``LABELSPREAD_ADMINS``, names apart by blanks or commas."""
    return frozenset(environment.get(ADMINS_VARIABLE, "").replace(",", " ").split())
