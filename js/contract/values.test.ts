import { describe, expect, test } from "vitest";
import { attachBuffers, type Dtype, rowsOf, values } from "./values";

/** The bytes of 1, 2, 3 as `dtype`, at `offset` in a larger buffer. */
function bytesAt(offset: number, numbers: ArrayBufferView): DataView {
  const source = new Uint8Array(numbers.buffer);
  const room = new Uint8Array(source.length + offset + 3).fill(255);
  room.set(source, offset);
  return new DataView(room.buffer, offset, source.length);
}

const ARRAYS: [Dtype, ArrayBufferView][] = [
  ["f4", new Float32Array([1, 2, 3])],
  ["f8", new Float64Array([1, 2, 3])],
  ["i4", new Int32Array([1, 2, 3])],
  ["i2", new Int16Array([1, 2, 3])],
  ["u2", new Uint16Array([1, 2, 3])],
  ["u4", new Uint32Array([1, 2, 3])],
  ["i1", new Int8Array([1, 2, 3])],
  ["u1", new Uint8Array([1, 2, 3])],
];

describe("values", () => {
  for (const [dtype, numbers] of ARRAYS) {
    for (const offset of [0, 1, 2, 3, 4, 7, 8]) {
      test(`${dtype} at offset ${offset} of its buffer`, () => {
        const data = bytesAt(offset, numbers);
        expect([...values({ dtype, shape: [3], data })]).toEqual([1, 2, 3]);
      });
    }
  }
  test("an aligned array is a view, not a copy", () => {
    const buffer = new Float64Array([1, 2]).buffer;
    expect(values({ dtype: "f8", shape: [2], data: buffer }).buffer).toBe(buffer);
  });
  test("base64 text, as in an exported file", () => {
    expect([...values({ dtype: "i2", shape: [2], data: btoa("\x01\x00\xff\xff") })]).toEqual([1, -1]);
  });
  test("NaN and infinity come through", () => {
    const data = new Float32Array([Number.NaN, Number.POSITIVE_INFINITY]).buffer;
    expect([...values({ dtype: "f4", shape: [2], data })]).toEqual([Number.NaN, Number.POSITIVE_INFINITY]);
  });
  test("an empty array", () => {
    expect(values({ dtype: "f8", shape: [0], data: new ArrayBuffer(0) })).toHaveLength(0);
  });
  test("what cannot be read is refused", () => {
    expect(() => values({ dtype: "c8" as Dtype, shape: [1], data: new ArrayBuffer(8) })).toThrow("c8");
    expect(() => values({ dtype: "f4", shape: [1], data: new ArrayBuffer(5) })).toThrow("5 bytes");
    expect(() => values({ dtype: "f4", shape: [1] })).toThrow("without its bytes");
  });
});

test("rowsOf cuts a matrix into rows on the same memory", () => {
  const data = new Int32Array([1, 2, 3, 4, 5, 6]).buffer;
  const rows = rowsOf({ dtype: "i4", shape: [2, 3], data });
  expect(rows.map((row) => [...row])).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(rows[1]?.buffer).toBe(data);
});

describe("attachBuffers", () => {
  test("puts buffers where the answer points to them, at any depth", () => {
    const first = new DataView(new Int32Array([7]).buffer);
    const second = new DataView(new Float32Array([0.5]).buffer);
    const answer = {
      rows: { dtype: "i4" as const, shape: [1], buffer: 0 },
      values: [null, { numbers: { dtype: "f4" as const, shape: [1], buffer: 1 }, texts: ["buffer"] }],
    };
    const { rows, values: cells } = attachBuffers(answer, [first, second]);
    expect([...values(rows)]).toEqual([7]);
    expect([...values(cells[1]?.numbers ?? { dtype: "f4", shape: [0] })]).toEqual([0.5]);
  });
  test("a missing buffer is an error, not an empty array", () => {
    expect(() => attachBuffers({ dtype: "f4", shape: [1], buffer: 2 }, [])).toThrow("Buffer 2");
  });
  test("plain answers pass", () => {
    expect(attachBuffers(true, [])).toBe(true);
    expect(attachBuffers({ name: "a", buffer: "text" }, [])).toEqual({ name: "a", buffer: "text" });
  });
});
