/** Requests to the kernel: `{type: "request", id, method, params}` there, `{type: "response", id, …}` back. */
import { ABORTED, type CodedError, RequestError } from "../contract/errors";
import type { RequestOptions } from "../contract/host";
import { attachBuffers } from "../contract/values";
import type { AnyModel } from "./jupyter";

export interface Channel {
  request<T>(method: string, params?: object, options?: RequestOptions): Promise<T>;
  /** Rejects everything that waits. The channel stays usable. */
  failAll(error: CodedError): void;
  /** How many requests wait for an answer. */
  pending(): number;
  close(): void;
}

interface Response {
  type: "response";
  id: string;
  ok: boolean;
  result?: unknown;
  error?: CodedError;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: RequestError): void;
}

/** Opens the one channel of a model. `onAnswer` hears every answer: a sign of life from the kernel. */
export function openChannel(model: AnyModel, onAnswer: () => void = () => {}): Channel {
  const waiting = new Map<string, Waiting>();
  // The kernel answers every page that shows this model, so ids must differ between pages too.
  const prefix = Math.random().toString(36).slice(2);
  let count = 0;

  const listen = (message: unknown, buffers: readonly (DataView | ArrayBuffer)[] = []) => {
    if (!isResponse(message)) return;
    onAnswer();
    const asked = waiting.get(message.id);
    if (asked === undefined) return;
    waiting.delete(message.id);
    if (message.ok) asked.resolve(attachBuffers(message.result, buffers));
    else asked.reject(new RequestError(message.error ?? UNKNOWN));
  };
  model.on("msg:custom", listen);

  function request<T>(method: string, params: object = {}, { signal }: RequestOptions = {}): Promise<T> {
    if (signal?.aborted) return Promise.reject(new RequestError(ABORT));
    const id = `${prefix}-${count++}`;
    return new Promise<T>((resolve, reject) => {
      const abort = () => {
        waiting.delete(id);
        reject(new RequestError(ABORT));
      };
      const end = () => signal?.removeEventListener("abort", abort);
      waiting.set(id, {
        resolve: (result) => {
          end();
          resolve(result as T);
        },
        reject: (error) => {
          end();
          reject(error);
        },
      });
      signal?.addEventListener("abort", abort, { once: true });
      model.send({ type: "request", id, method, params });
    });
  }
  function failAll(error: CodedError): void {
    const asked = [...waiting.values()];
    waiting.clear();
    for (const { reject } of asked) reject(new RequestError(error));
  }
  return {
    request,
    failAll,
    pending: () => waiting.size,
    close() {
      model.off("msg:custom", listen);
      failAll(ABORT);
    },
  };
}

const ABORT = frontEndError(ABORTED, "request", "it is no longer wanted");
const UNKNOWN = frontEndError("MLD-W99", "request", "the kernel reported a failure without saying which");

export function frontEndError(code: string, argument: string, message: string, fix = ""): CodedError {
  return { code, argument, got: message, allowed: "", fix, message };
}

function isResponse(message: unknown): message is Response {
  return (
    typeof message === "object" &&
    message !== null &&
    "type" in message &&
    message.type === "response" &&
    "id" in message
  );
}
