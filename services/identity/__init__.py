"""Who is asking, and whether they may."""

from services.identity.permissions import Action, can, require
from services.identity.principals import LOCAL_USER_ID, SYSTEM, LocalPrincipals, local_principal

__all__ = ["LOCAL_USER_ID", "SYSTEM", "Action", "LocalPrincipals", "can", "local_principal", "require"]
