import { describe, expect, test } from "vitest";
import { GONE, OFFLINE } from "../contract/errors";
import type { ViewHost } from "../contract/host";
import { settle } from "../testing/draw";
import { type FakeModel, fakeKernel, fakeManager, fakeModel } from "../testing/jupyter";
import { useConnection, useTrait } from "../ui";
import { defineView } from "./define";
import { exposeWorkbench } from "./workbench_handle";

let last: ViewHost;

function Probe({ host }: { host: ViewHost }) {
  last = host;
  const [name, setName] = useTrait<string>(host, "name");
  return (
    <button type="button" onClick={() => setName("from the view")}>
      {name} {useConnection(host)} {host.shared?.get<string>("title") ?? "alone"}
    </button>
  );
}

async function start(
  changes: Record<string, unknown> = {},
  { withWorkbench = true, decorate = () => {} } = {},
) {
  const kernel = fakeKernel();
  const manager = fakeManager(kernel);
  const workbench = fakeModel("wb", { title: "shared" }, manager);
  manager.models.set("wb", workbench);
  const reference = withWorkbench ? "IPY_MODEL_wb" : "";
  const model = fakeModel("m", { name: "<b>&", mode: "live", workbench: reference, ...changes }, manager);
  manager.models.set("m", model);
  const module = defineView(Probe, [""], decorate)();
  const close = module.initialize({ model });
  const render = async () => {
    const el = document.createElement("div");
    document.body.append(el);
    const end = await module.render({ model, el });
    await settle();
    const frame = el.firstElementChild as HTMLElement;
    return { el, end, frame, text: () => frame.shadowRoot?.textContent };
  };
  return { manager, kernel, workbench, model, close, render };
}

describe("a view of a model", () => {
  test("shows the values and follows them, names as text", async () => {
    const { model, render } = await start();
    const view = await render();
    expect(view.text()).toBe("<b>& live shared");
    model.receive({ name: "newer" });
    await settle();
    expect(view.text()).toBe("newer live shared");
  });
  test("sends what it sets, once", async () => {
    const { model, render } = await start();
    const view = await render();
    const button = view.frame.shadowRoot?.querySelector("button");
    button?.click();
    button?.click();
    expect(model.saved).toEqual([{ name: "from the view" }]);
  });
  test("its frame keeps JupyterLab's keys and menu away", async () => {
    const { render } = await start();
    const { frame } = await render();
    expect(frame.getAttribute("data-lm-suppress-shortcuts")).toBe("true");
    expect(frame.hasAttribute("data-jp-suppress-context-menu")).toBe(true);
    expect(frame.shadowRoot?.mode).toBe("open");
  });
  test("stands alone without a workbench, and when the workbench is not there", async () => {
    const alone = await (await start({}, { withWorkbench: false })).render();
    const lost = await (await start({ workbench: "IPY_MODEL_lost" })).render();
    expect([alone.text(), lost.text()]).toEqual(["<b>& live alone", "<b>& live alone"]);
  });
});

describe("two views of one model", () => {
  test("share the channel, and each ends alone", async () => {
    const { model, render, close } = await start();
    const [first, second] = [await render(), await render()];
    first.end();
    model.receive({ name: "still" });
    await settle();
    expect(first.el.childElementCount).toBe(0);
    expect(second.text()).toBe("still live shared");
    second.end();
    close();
    expect(model.listeners()).toBe(0);
  });
});

test("nothing is left when views and model end", async () => {
  const { model, workbench, kernel, render, close } = await start();
  const view = await render();
  view.end();
  close();
  expect([model.listeners(), workbench.listeners(), kernel.slots()]).toEqual([0, 0, 0]);
});

describe("requests", () => {
  test("that wait are refused when the kernel goes, and so are later ones", async () => {
    const { workbench, render } = await start();
    const view = await render();
    const waiting = last.request("page");
    workbench.loseComm();
    await expect(waiting).rejects.toMatchObject({ code: GONE });
    await expect(last.request("page")).rejects.toMatchObject({ code: GONE });
    await settle();
    expect(view.text()).toContain("gone");
  });
  test("of an exported file are refused without a message", async () => {
    const { model, render } = await start({ mode: "report" });
    await render();
    await expect(last.request("page")).rejects.toMatchObject({ code: OFFLINE });
    expect(model.sent).toHaveLength(0);
  });
});

describe("other widgets", () => {
  test("are attached in a slot of the light DOM, and removed", async () => {
    const { manager, render } = await start();
    const { frame } = await render();
    const end = await last.mount("IPY_MODEL_wb", "figure");
    const child = frame.querySelector("[slot=figure]");
    expect(child?.textContent).toBe("view of wb");
    end();
    end();
    expect(frame.querySelector("[slot=figure]")).toBeNull();
    expect(manager.log).toEqual(["attached", "removed while attached"]);
  });
  test("whose node has left the document are removed without a complaint", async () => {
    const { manager, render } = await start();
    const { el } = await render();
    const end = await last.mount("IPY_MODEL_wb", "figure");
    el.remove();
    end();
    expect(manager.log).toEqual(["attached", "removed"]);
  });
  test("that do not exist leave no empty slot", async () => {
    const { render } = await start();
    const { frame } = await render();
    await expect(last.mount("IPY_MODEL_none", "figure")).rejects.toThrow("not found");
    await expect(last.mount("none", "figure")).rejects.toThrow("Not a widget reference");
    expect(frame.querySelector("[slot]")).toBeNull();
  });
  test("get values in the browser only", async () => {
    const { manager, render } = await start();
    await render();
    await last.update("IPY_MODEL_wb", { title: "moved" });
    const workbench = manager.models.get("wb") as FakeModel;
    expect([workbench.get("title"), workbench.saved]).toEqual(["moved", []]);
  });
});

test("a workbench's element carries its id and its handle", async () => {
  const { model, render } = await start({}, { decorate: exposeWorkbench as () => void });
  model.receive({ title: "delay-mlp" });
  const { frame } = await render();
  expect(frame.getAttribute("data-mld-workbench")).toBe("wb");
  const { mldWorkbench: handle } = frame as unknown as {
    mldWorkbench: import("../contract/element").WorkbenchHandle;
  };
  expect(handle.title()).toBe("delay-mlp");
  const container = document.createElement("div");
  document.body.append(container);
  const end = await handle.createView(container);
  expect(container.textContent).toBe("view of wb");
  end();
  expect(container.textContent).toBe("");
});
