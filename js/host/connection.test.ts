import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { fakeKernel, fakeManager, fakeModel } from "../testing/jupyter";
import { type ConnectionSource, watchConnection } from "./connection";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function watch(
  changes: Partial<ConnectionSource> = {},
  kernel: ReturnType<typeof fakeKernel> | null = fakeKernel(),
) {
  const manager = fakeManager(kernel);
  const model = fakeModel("wb", {}, manager);
  const monitor = watchConnection({
    mode: "live",
    manager,
    model: Promise.resolve(model),
    asksForAll: true,
    pending: () => 0,
    ping: () => new Promise(() => {}),
    ...changes,
  });
  const seen = vi.fn();
  monitor.subscribe(() => seen(monitor.current()));
  return { kernel, manager, model, monitor, seen };
}

const turn = () => vi.advanceTimersByTimeAsync(0);

describe("with JupyterLab's kernel", () => {
  test("live, and no message is sent to find that out", async () => {
    const ping = vi.fn();
    const { monitor } = watch({ ping });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(monitor.current()).toBe("live");
    expect(ping).not.toHaveBeenCalled();
  });
  test("a dead comm is final", async () => {
    const { model, monitor, seen } = watch();
    await turn();
    model.loseComm();
    expect(seen).toHaveBeenCalledWith("gone");
    monitor.heard();
    expect(monitor.current()).toBe("gone");
  });
  test.each(["restarting", "autorestarting", "dead"])("a kernel that is %s has gone", async (status) => {
    const { kernel, monitor } = watch();
    kernel?.become(status);
    expect(monitor.current()).toBe("gone");
    kernel?.become("idle");
    expect(monitor.current()).toBe("gone");
  });
  test("another kernel knows nothing of this widget", async () => {
    const { manager, monitor } = watch();
    manager.kernel = { ...fakeKernel(), id: "kernel-2" };
    await vi.advanceTimersByTimeAsync(2000);
    expect(monitor.current()).toBe("gone");
  });
  test("a busy kernel may stay silent, an idle one may not", async () => {
    const { kernel, monitor } = watch({ pending: () => 1 });
    kernel?.become("busy");
    await vi.advanceTimersByTimeAsync(20_000);
    expect(monitor.current()).toBe("live");
    kernel?.become("idle");
    await vi.advanceTimersByTimeAsync(4900);
    expect(monitor.current()).toBe("gone");
  });
});

describe("where the host does not show its kernel", () => {
  test("silence is noticed within 5 s, and an answer takes it back", async () => {
    const { monitor } = watch({}, null);
    await vi.advanceTimersByTimeAsync(4900);
    expect(monitor.current()).toBe("gone");
    monitor.heard();
    expect(monitor.current()).toBe("live");
  });
  test("answers keep it live", async () => {
    const ping = vi.fn(async () => true);
    const { monitor } = watch({ ping }, null);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(monitor.current()).toBe("live");
    expect(ping).toHaveBeenCalled();
  });
  test("only one model asks for all", async () => {
    const ping = vi.fn(async () => true);
    watch({ ping, asksForAll: false }, null);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(ping).not.toHaveBeenCalled();
  });
});

test("a model that starts without its comm starts as gone", async () => {
  const manager = fakeManager();
  const model = fakeModel("wb", {}, manager);
  model.loseComm();
  const { monitor } = watch({ model: Promise.resolve(model) });
  await turn();
  expect(monitor.current()).toBe("gone");
});

test("an exported file is a report whatever its comm says", async () => {
  const { model, monitor } = watch({ mode: "report" });
  await turn();
  model.loseComm();
  expect(monitor.current()).toBe("report");
});

test("closing leaves no listener, slot or timer", async () => {
  const { kernel, model, monitor } = watch();
  await turn();
  monitor.close();
  expect([model.listeners(), kernel?.slots(), vi.getTimerCount()]).toEqual([0, 0, 0]);
});
