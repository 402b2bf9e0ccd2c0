import { describe, expect, test, vi } from "vitest";
import { ABORTED, GONE, RequestError } from "../contract/errors";
import { type NDArray, values } from "../contract/values";
import { fakeManager, fakeModel } from "../testing/jupyter";
import { frontEndError, openChannel } from "./channel";

function open(onAnswer?: () => void) {
  const model = fakeModel("m", {}, fakeManager());
  return { model, channel: openChannel(model, onAnswer) };
}

describe("a request", () => {
  test("resolves with the answer that carries its id, arrays attached", async () => {
    const { model, channel } = open();
    const answer = channel.request<NDArray>("page", { start: 0 });
    const [message] = model.sent;
    expect(message).toMatchObject({ type: "request", method: "page", params: { start: 0 } });
    const result = { dtype: "u1", shape: [2], buffer: 0 };
    model.emit("msg:custom", { type: "response", id: message?.id, ok: true, result }, [
      new Uint8Array([3, 4]).buffer,
    ]);
    expect([...values(await answer)]).toEqual([3, 4]);
    expect(channel.pending()).toBe(0);
  });
  test("rejects with the kernel's coded error", async () => {
    const { model, channel } = open();
    const answer = channel.request("page");
    const error = frontEndError("MLD-Q02", "query", "there is no column");
    model.emit("msg:custom", { type: "response", id: model.sent[0]?.id, ok: false, error });
    await expect(answer).rejects.toMatchObject({ code: "MLD-Q02", argument: "query" });
    await expect(answer).rejects.toBeInstanceOf(RequestError);
  });
  test("answers may come in any order", async () => {
    const { model, channel } = open();
    const answers = [channel.request("a"), channel.request("b")];
    for (const { id, method } of [...model.sent].reverse()) {
      model.emit("msg:custom", { type: "response", id, ok: true, result: method });
    }
    expect(await Promise.all(answers)).toEqual(["a", "b"]);
  });
  test("what is not an answer to it is ignored", async () => {
    const heard = vi.fn();
    const { model, channel } = open(heard);
    const answer = channel.request("a");
    for (const message of [
      null,
      "text",
      { type: "other" },
      { type: "response", id: "of another page", ok: true },
    ]) {
      model.emit("msg:custom", message);
    }
    expect(channel.pending()).toBe(1);
    expect(heard).toHaveBeenCalledTimes(1);
    channel.close();
    await expect(answer).rejects.toMatchObject({ code: ABORTED });
  });
});

test("aborting rejects at once and drops the late answer", async () => {
  const { model, channel } = open();
  const controller = new AbortController();
  const answer = channel.request("a", {}, { signal: controller.signal });
  controller.abort();
  await expect(answer).rejects.toMatchObject({ code: ABORTED });
  model.emit("msg:custom", { type: "response", id: model.sent[0]?.id, ok: true, result: 1 });
  await expect(channel.request("b", {}, { signal: controller.signal })).rejects.toMatchObject({
    code: ABORTED,
  });
  expect(model.sent).toHaveLength(1);
});

test("failAll rejects what waits and leaves the channel usable", async () => {
  const { model, channel } = open();
  const waiting = channel.request("a");
  channel.failAll(frontEndError(GONE, "kernel", "gone"));
  await expect(waiting).rejects.toMatchObject({ code: GONE });
  const next = channel.request("b");
  model.emit("msg:custom", { type: "response", id: model.sent[1]?.id, ok: true, result: 2 });
  expect(await next).toBe(2);
});

test("closing leaves no listener on the model", () => {
  const { model, channel } = open();
  channel.close();
  expect(model.listeners()).toBe(0);
});

test("ids of two pages never meet", () => {
  const [one, other] = [open(), open()];
  void one.channel.request("a").catch(() => {});
  void other.channel.request("a").catch(() => {});
  expect(one.model.sent[0]?.id).not.toBe(other.model.sent[0]?.id);
});
