"""Who may label: secrets that become cookies. Only their hashes are stored."""

import hashlib
import secrets

from querist.store.rows import AnnotatorRow as Person

__all__ = ["INVITATION_SECONDS", "OWNER_LINK_SECONDS", "Person", "new_token", "token_hash"]

# A new link for the owner, printed by the command, works this long.
OWNER_LINK_SECONDS = 24 * 3600.0
INVITATION_SECONDS = 7 * 24 * 3600.0


def new_token() -> str:
    """Return a secret that nobody can guess."""
    return secrets.token_urlsafe(24)


def token_hash(token: str) -> str:
    """Return what is stored of a secret."""
    return hashlib.sha256(token.encode()).hexdigest()
