/** Arrays as they cross the wire, and typed arrays as views read them. */

const READERS = {
  f4: Float32Array,
  f8: Float64Array,
  i4: Int32Array,
  i2: Int16Array,
  i1: Int8Array,
  u4: Uint32Array,
  u2: Uint16Array,
  u1: Uint8Array,
} as const;

export type Dtype = keyof typeof READERS;
export type Values = InstanceType<(typeof READERS)[Dtype]>;

/**
 * One array, little endian, row-major. `data` is a view on the bytes (a trait), base64 text (an exported file)
 * or, inside a request's answer, replaced by `buffer`: the position in the message's buffers.
 */
export interface NDArray {
  dtype: Dtype;
  shape: number[];
  data?: DataView | ArrayBuffer | ArrayBufferView | string;
  buffer?: number;
}

/** The numbers of `array`, without a copy where the bytes are aligned. */
export function values(array: NDArray): Values {
  const reader = READERS[array.dtype];
  if (reader === undefined) throw new TypeError(`Unknown dtype ${String(array.dtype)}`);
  const bytes = bytesOf(array);
  const width = reader.BYTES_PER_ELEMENT;
  if (bytes.byteLength % width !== 0) {
    throw new RangeError(`${bytes.byteLength} bytes do not divide into ${array.dtype}`);
  }
  const length = bytes.byteLength / width;
  if (bytes.byteOffset % width === 0) return new reader(bytes.buffer, bytes.byteOffset, length);
  return new reader(bytes.slice().buffer, 0, length);
}

/** Rows of a two-dimensional array, each a view on the same memory. */
export function rowsOf(array: NDArray): Values[] {
  const [count = 0, width = 0] = array.shape;
  const all = values(array);
  return Array.from({ length: count }, (_, row) => all.subarray(row * width, (row + 1) * width));
}

/** Puts a message's buffers in place of the positions in `payload`. Changes `payload`, which the caller owns. */
export function attachBuffers<T>(payload: T, buffers: readonly (DataView | ArrayBuffer)[]): T {
  if (typeof payload !== "object" || payload === null) return payload;
  if (isArrayInBuffer(payload)) {
    const data = buffers[payload.buffer];
    if (data === undefined) throw new RangeError(`Buffer ${payload.buffer} is missing from the answer`);
    payload.data = data;
    return payload;
  }
  for (const part of Object.values(payload)) attachBuffers(part, buffers);
  return payload;
}

function isArrayInBuffer(value: object): value is NDArray & { buffer: number } {
  return "dtype" in value && "shape" in value && "buffer" in value && typeof value.buffer === "number";
}

function bytesOf({ data }: NDArray): Uint8Array<ArrayBuffer> {
  if (data === undefined) throw new TypeError("The array came without its bytes");
  if (typeof data === "string") return Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}
