"""The second half of a sign-in with a password: the code, or setting up what will show codes."""

from __future__ import annotations

from dataclasses import dataclass

from app.services import accounts, second_factors, sessions, sign_in_flows
from app.services.second_codes import new_codes, prove, use
from app.services.second_factors import Enrolment
from app.services.sessions import Place, SignedIn
from app.services.sign_in_flows import AFTER, CODE, SET_UP, Begun
from app.store.db import transaction


@dataclass(frozen=True)
class In:
    """Signed in at last, and where from: `begun` says where the person wanted to go."""

    signed_in: SignedIn
    begun: Begun
    codes: tuple[str, ...] = ()
    after: str | None = None


def enrolment(token: str | None) -> Enrolment:
    """What the telephone has to be told, of somebody who must set it up before they are in. Raises NotSignedIn."""
    begun = sign_in_flows.look(token, SET_UP)
    return second_factors.enrolment((begun.authority_id, begun.person_id))


def finish(token: str | None, code: str, *, place: Place, replaces: str | None = None) -> In:
    """A session for whoever has the code. Raises NotSignedIn when it is wrong or has been used, TooManyTries."""
    begun = sign_in_flows.look(token, CODE)
    whose = (begun.authority_id, begun.person_id)
    proof = prove(whose, code, address=place.address)
    with transaction() as session:
        sign_in_flows.take_in(session, token, CODE)
        use(session, whose, proof)
        viewer = accounts.viewer_in(session, *whose)
        signed_in = sessions.begin(session, viewer, way="code", place=place, replaces=replaces)
    return In(signed_in, begun)


def set_up(token: str | None, code: str, *, place: Place, replaces: str | None = None) -> In:
    """The same, for whoever has just set up what shows codes: with their recovery codes, which they must see first.

    `after` is the token of the last step of this sign-in, which leads them where they wanted to go.
    """
    begun = sign_in_flows.look(token, SET_UP)
    whose = (begun.authority_id, begun.person_id)
    proof = prove(whose, code, address=place.address)
    codes, hashes = new_codes()
    with transaction() as session:
        sign_in_flows.take_in(session, token, SET_UP)
        second_factors.confirm_in(session, whose, proof, hashes)
        viewer = accounts.viewer_in(session, *whose)
        signed_in = sessions.begin(session, viewer, way="code", place=place, replaces=replaces)
        after = sign_in_flows.begin(session, AFTER, whose=whose, target=begun.target, kept=begun.kept)
    return In(signed_in, begun, tuple(codes), after)
