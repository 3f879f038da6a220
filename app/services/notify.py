"""GOV.UK Notify as a sender: it takes an e-mail, and can be asked later whether it has arrived.

The template at Notify has nothing but ((subject)) and ((body)). Our id of the letter is Notify's reference, so that
one that may have been sent before we died is looked for and not sent twice.
"""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from app.services.notifications import DeliveryFailed

ADDRESS = "https://api.notifications.service.gov.uk"
TIMEOUT_SECONDS = 20
DELIVERED = "delivered"
GIVEN_UP = {
    "permanent-failure": ("The address does not exist.", True),
    "temporary-failure": ("The mailbox did not take the letter for three days.", False),
    "technical-failure": ("GOV.UK Notify could not send the letter.", False),
}
"""What Notify says at the end of its own tries: our words, and whether the address is to blame."""
ABOUT_THE_ADDRESS = ("email_address", "recipient")
_UNTYPED_CLIENT: Any = NotificationsAPIClient


class NotifySender:
    """Sends through one template of one service at Notify; the key says which service."""

    def __init__(self, api_key: str, template_id: str, *, address: str = ADDRESS) -> None:
        self.template_id = template_id
        self.client = _UNTYPED_CLIENT(api_key, base_url=address, timeout=TIMEOUT_SECONDS)

    def send(self, letter: EmailMessage, *, again: bool = False) -> str:
        """Hand one letter to Notify; Notify's id of it. Raises DeliveryFailed: permanent for a refused address."""
        reference = str(letter["Message-ID"]).strip("<>").partition("@")[0]
        try:
            if again and (known := self._known(reference)):
                return known
            answer = self.client.send_email_notification(
                email_address=str(letter["To"]),
                template_id=self.template_id,
                personalisation={"subject": str(letter["Subject"]), "body": str(letter.get_content())},
                reference=reference,
            )
        except APIError as error:
            raise _refusal(error) from error
        return str(answer["id"])

    def outcome(self, provider_id: str) -> str | None:
        """Whether a letter has arrived. Raises DeliveryFailed, permanent, when Notify has given it up."""
        try:
            status = str(self.client.get_notification_by_id(provider_id)["status"])
        except APIError as error:
            raise DeliveryFailed("GOV.UK Notify does not answer.", permanent=False) from error
        if status in GIVEN_UP:
            words, blames_address = GIVEN_UP[status]
            raise DeliveryFailed(words, permanent=True, blames_address=blames_address)
        return DELIVERED if status == DELIVERED else None

    def _known(self, reference: str) -> str | None:
        found: list[dict[str, Any]] = self.client.get_all_notifications(
            template_type="email", reference=reference
        )["notifications"]
        return str(found[0]["id"]) if found else None


def _refusal(error: APIError) -> DeliveryFailed:
    """A bad address is refused for good; a bad key, a lost template or a busy Notify is not the address's fault."""
    said = str(error.message)
    if error.status_code == 400 and any(word in said for word in ABOUT_THE_ADDRESS):
        return DeliveryFailed("The address was refused.", permanent=True)
    if error.status_code == 403:
        return DeliveryFailed("GOV.UK Notify does not accept our key.", permanent=False)
    if error.status_code == 400:
        return DeliveryFailed("GOV.UK Notify refused the letter. Check the template.", permanent=False)
    return DeliveryFailed("GOV.UK Notify could not be reached, or is busy.", permanent=False)
