/** Fetching an exported file from the kernel, piece by piece: no single message grows large. */
import { type NDArray, values } from "./values";

export type ExportFormat = "html" | "ipynb";

export interface ExportedFile {
  name: string;
  bytes: Uint8Array;
}

type Ask = <T>(method: string, params?: object) => Promise<T>;

export async function fetchExport(
  ask: Ask,
  format: ExportFormat,
  includeData: boolean,
  onProgress: (fraction: number) => void = () => {},
): Promise<ExportedFile> {
  const file = await ask<{ name: string; n_chunks: number; size: number }>("export_bytes", {
    format,
    include_data: includeData,
  });
  const bytes = new Uint8Array(file.size);
  let filled = 0;
  for (let index = 0; index < file.n_chunks; index++) {
    const piece = values(await ask<NDArray>("export_chunk", { index }));
    bytes.set(piece, filled);
    filled += piece.length;
    onProgress((index + 1) / file.n_chunks);
  }
  return { name: file.name, bytes };
}
