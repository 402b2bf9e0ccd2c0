"""A real JupyterLab server that sees none of the user's settings, and one notebook in it as a test drives it."""

from __future__ import annotations

import ast
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, Response

START_SECONDS = 60
#: Starting a kernel and importing torch on two busy cores.
KERNEL_SECONDS = 90
#: Computing a panel of a small table and drawing it, its code fetched for the first time.
PANEL_SECONDS = 20
#: A window in which every panel of the quickstart is seen from top to bottom.
WHOLE_HEIGHT = 1_500

SERVER_CONFIG: dict[str, dict[str, Any]] = {
    "ServerApp": {
        "ip": "127.0.0.1",
        "port_retries": 0,
        "open_browser": False,
        "allow_root": True,
        "password": "",
        "disable_check_xsrf": True,
    },
    "IdentityProvider": {"token": ""},
    "LabApp": {
        "expose_app_in_browser": True,
        "news_url": None,
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "extension_manager": "readonly",
    },
}
#: Without an answer stored, JupyterLab asks on its first start whether it may fetch news.
NOTIFICATION_SETTINGS = {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": False}


@dataclass(frozen=True)
class LabServer:
    """Address of the server and the folder that it serves."""

    url: str
    root: Path


@contextmanager
def running_lab(folder: Path) -> Iterator[LabServer]:
    """Serve ``folder/root`` by JupyterLab, with every kind of user setting kept under ``folder``."""
    root, config, settings = (folder / name for name in ("root", "config", "settings"))
    for path in (root, config, settings / "@jupyterlab" / "apputils-extension"):
        path.mkdir(parents=True)
    (config / "jupyter_server_config.json").write_text(json.dumps(SERVER_CONFIG))
    notification = settings / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    notification.write_text(json.dumps(NOTIFICATION_SETTINGS))
    environment = os.environ | {
        "HOME": str(folder),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(config),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.port={port}", f"--ServerApp.root_dir={root}"]
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_until_up(f"http://127.0.0.1:{port}/api/status", process, log)
            yield LabServer(f"http://127.0.0.1:{port}", root)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-4000:]}")


# The notebook's panel, found through the application that the server exposes for tests.
PANEL = "Array.from(jupyterapp.shell.widgets('main')).find((w) => w.context?.path === path)"


@dataclass
class Notebook:
    """One notebook open in JupyterLab: the page, what went wrong in it, and its kernel."""

    page: Page
    path: str
    #: Messages of console.error and uncaught exceptions.
    errors: list[str] = field(default_factory=list)
    #: Addresses outside the server that the page asked for.
    foreign_requests: list[str] = field(default_factory=list)

    @property
    def workbench(self) -> Locator:
        """The workbench on screen."""
        return self.page.locator("[data-mld-workbench]").first

    def open_panel(self, name: str) -> Locator:
        """Open a panel of the workbench and return the workbench when the panel is drawn."""
        self.workbench.get_by_role("navigation", name="Panels").get_by_role("button", name=name).click()
        self.workbench.get_by_role("heading", name=name, level=2).wait_for(timeout=PANEL_SECONDS * 1000)
        return self.workbench

    def command(self, name: str, **arguments: Any) -> Any:
        """Execute a JupyterLab command; returns when it is done."""
        return self.page.evaluate(
            "async ([name, args]) => { await jupyterapp.commands.execute(name, args); }", [name, arguments]
        )

    def in_panel(self, body: str, argument: Any = None) -> Any:
        """Evaluate JavaScript with ``panel``, the notebook's panel, and ``argument``."""
        script = f"async ([path, argument]) => {{ const panel = {PANEL}; {body} }}"
        return self.page.evaluate(script, [self.path, argument])

    def run_all(self) -> None:
        """Run every cell and fail on the first one that raised."""
        self.command("notebook:run-all-cells")
        outputs = self.in_panel("return panel.content.model.toJSON().cells.flatMap((cell) => cell.outputs ?? []);")
        failed = [output for output in outputs if output["output_type"] == "error"]
        assert not failed, "\n".join(failed[0]["traceback"])

    def python(self, expression: str) -> Any:
        """Evaluate an expression in the kernel; its value must be JSON."""
        reply = self.in_panel(
            """
            const kernel = panel.sessionContext.session.kernel;
            const value = `__import__("json").dumps(${argument})`;
            const future = kernel.requestExecute({ code: "", user_expressions: { value }, store_history: false });
            return (await future.done).content;
            """,
            expression,
        )
        value = reply["user_expressions"]["value"]
        assert value["status"] == "ok", value
        return json.loads(ast.literal_eval(value["data"]["text/plain"]))

    def execute(self, code: str) -> None:
        """Run statements in the kernel without a cell."""
        reply = self.in_panel(
            "return (await panel.sessionContext.session.kernel.requestExecute({ code: argument }).done).content;", code
        )
        assert reply["status"] == "ok", reply

    def wait_for_python(self, expression: str, expected: Any, seconds: float = 10) -> None:
        """Wait until ``expression`` is ``expected`` in the kernel: messages of widgets arrive in their own time."""
        deadline = time.monotonic() + seconds
        while (value := self.python(expression)) != expected and time.monotonic() < deadline:
            self.page.wait_for_timeout(50)
        assert value == expected, f"{expression} is {value!r}, not {expected!r}"

    def restart_kernel(self) -> None:
        """Restart the kernel without running anything again."""
        self.in_panel("await panel.sessionContext.session.kernel.restart();")

    def fit_workbench(self, width: int) -> None:
        """Make the window so wide that the workbench has ``width`` pixels, and so high that it is seen whole."""
        now = self.workbench.bounding_box()
        window = self.page.viewport_size
        assert now is not None
        assert window is not None
        wider = round(width - now["width"])
        self.page.set_viewport_size({"width": window["width"] + wider, "height": WHOLE_HEIGHT})
        self.page.wait_for_timeout(300)

    def set_theme(self, dark: bool) -> None:
        """Switch JupyterLab's theme."""
        self.command("apputils:change-theme", theme="JupyterLab Dark" if dark else "JupyterLab Light")
        self.page.wait_for_selector(f"body[data-jp-theme-light={'false' if dark else 'true'}]", state="attached")
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")


def open_notebook(page: Page, server: LabServer, name: str, cells: Sequence[str]) -> Notebook:
    """Write a notebook of these cells and open it with a running kernel."""
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    document.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    file = server.root / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(nbformat.writes(document))
    notebook = Notebook(page, name)
    watch(notebook, server)
    page.goto(f"{server.url}/lab/workspaces/{Path(name).stem}/tree/{name}")
    page.wait_for_function("() => window.jupyterapp !== undefined", timeout=START_SECONDS * 1000)
    page.evaluate("jupyterapp.restored.then(() => jupyterapp.shell.collapseLeft())")
    page.wait_for_function(
        f"(path) => {PANEL}?.sessionContext.session?.kernel?.status === 'idle'",
        arg=name,
        timeout=KERNEL_SECONDS * 1000,
    )
    return notebook


def watch(notebook: Notebook, server: LabServer) -> None:
    """Collect errors and foreign requests from now on."""

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            notebook.errors.append(message.text)

    def on_request(request: Request) -> None:
        if not request.url.startswith((server.url, "data:", "blob:")):
            notebook.foreign_requests.append(request.url)

    def on_response(response: Response) -> None:
        if response.status >= 400:
            notebook.errors.append(f"{response.status} {response.url}")

    notebook.page.on("console", on_console)
    notebook.page.on("pageerror", lambda error: notebook.errors.append(str(error)))
    notebook.page.on("request", on_request)
    notebook.page.on("response", on_response)
