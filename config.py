"""Every setting of the desk, read once from the environment."""

import gc
import os
import secrets
from pathlib import Path

INSTANCE = Path(os.environ.get("INSTANCE", "instance")).resolve()
HOST = os.environ.get("HOST", "127.0.0.1")
PORT = int(os.environ.get("PORT", "8000"))
BASE_URL = os.environ.get("BASE_URL", f"http://{HOST}:{PORT}").rstrip("/")
DATABASE_URL = os.environ.get("DATABASE_URL", f"sqlite:///{INSTANCE}/toonbank.db")
QUEUE_URL = os.environ.get("QUEUE_URL", f"sqlite:///{INSTANCE}/queue.db")
MAIL_URL = os.environ.get("MAIL_URL", f"file://{INSTANCE}/letters")
MOLLIE_URL = os.environ.get("MOLLIE_URL", "https://api.mollie.com").rstrip("/")
STRIPE_URL = os.environ.get("STRIPE_URL", "https://api.stripe.com").rstrip("/")
TIMEZONE = os.environ.get("TIMEZONE", "Europe/Amsterdam")
TRUSTED_PROXIES = int(os.environ.get("TRUSTED_PROXIES", "0"))
RUN_TASKS_AT_ONCE = os.environ.get("RUN_TASKS_AT_ONCE") == "1"

os.environ.setdefault("SOURCE_DATE_EPOCH", "0")  # fonts in PDFs carry no clock time: the same facts give the same bytes
gc.set_threshold(10_000)  # a page makes thousands of objects and hardly a cycle; loading the desk a million, and all of them stay


def secret_key() -> str:
    """SECRET_KEY, or a key made once and kept beside the data, readable by its owner only."""
    if key := os.environ.get("SECRET_KEY"):
        return key
    INSTANCE.mkdir(parents=True, exist_ok=True)
    path = INSTANCE / "secret.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(handle, "w") as file:
        file.write(key := secrets.token_urlsafe(48))
    return key
