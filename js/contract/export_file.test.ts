import { expect, test, vi } from "vitest";
import { fetchExport } from "./export_file";

test("the pieces of a file come together in order", async () => {
  const pieces = [new Uint8Array([1, 2, 3]), new Uint8Array([4, 5])];
  const asked: unknown[] = [];
  const progress = vi.fn();
  const ask = async <T>(method: string, params?: object) => {
    asked.push([method, params]);
    if (method === "export_bytes") return { name: "report.html", n_chunks: 2, size: 5 } as T;
    const piece = pieces[(params as { index: number }).index] as Uint8Array;
    return { dtype: "u1", shape: [piece.length], data: piece } as T;
  };
  const file = await fetchExport(ask, "html", true, progress);
  expect(file.name).toBe("report.html");
  expect([...file.bytes]).toEqual([1, 2, 3, 4, 5]);
  expect(asked[0]).toEqual(["export_bytes", { format: "html", include_data: true }]);
  expect(progress.mock.calls).toEqual([[0.5], [1]]);
});
