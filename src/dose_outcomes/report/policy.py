"""The page's content security policy: nothing is loaded; only its own style and script run, by their hashes."""

from __future__ import annotations

import base64
import hashlib


def source_hash(text: str) -> str:
    """Return the hash by which a policy allows an inline style or script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def content_security_policy(style: str, script: str) -> str:
    """Return the policy of a page with one style and one script."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {source_hash(style)}",
            f"script-src {source_hash(script)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
