"""``python -m tests.sheets_server [PORT]``: a Sheets service to point any client at, until it is interrupted."""

import json
import sys
import tempfile
from pathlib import Path

from tests.sheets_server import Service, SheetsServer, Spreadsheet


def main() -> None:
    service = Service({"test-spreadsheet": Spreadsheet("test-spreadsheet")})
    server = SheetsServer(service, int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    file = Path(tempfile.mkdtemp()) / "credentials.json"
    file.write_text(json.dumps(service.credentials(server.address), indent=2), "utf-8")
    print(f"endpoint     {server.address}")  # noqa: T201
    print("spreadsheet  test-spreadsheet")  # noqa: T201
    print(f"credentials  {file}", flush=True)  # noqa: T201
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


if __name__ == "__main__":
    main()
