"""`python -m tests.provider_server PORT`: the stand-in by itself; it tells its news at once."""

import sys

from tests.provider_server.server import ProviderServer

if __name__ == "__main__":
    server = ProviderServer(int(sys.argv[1]))
    server.notices("at once")
    print(f"{server.url}: Mollie and Stripe", flush=True)
    server.httpd.serve_forever()
