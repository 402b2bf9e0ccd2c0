/** How an attribution reads: with its sign, and as many decimals as the largest one needs for three digits. */
import type { TextAttributionsResult } from "../../contract/generated";
import { formatSigned } from "../../ui";

export interface Scale {
  readonly largest: number;
  readonly decimals: number;
}

const MOST_DECIMALS = 6;

export function scaleOf({ largest }: TextAttributionsResult): Scale {
  if (largest === null || !(largest > 0)) return { largest: 0, decimals: 2 };
  const decimals = 2 - Math.floor(Math.log10(largest));
  return { largest, decimals: Math.min(MOST_DECIMALS, Math.max(0, decimals)) };
}

export function signed(value: number, scale: Scale): string {
  return formatSigned(value, scale.decimals);
}

/** How strong the colour is, -1 (down) to 1 (up); 0 for what is not a number. */
export function strength(value: number, { largest }: Scale): number {
  if (!(largest > 0) || !Number.isFinite(value)) return 0;
  return Math.max(-1, Math.min(1, value / largest));
}

/** The word without the white space behind or before it, which is not coloured. */
export function parts(piece: string): { before: string; word: string; after: string } {
  const word = piece.trim();
  const at = word === "" ? piece.length : piece.indexOf(word);
  return { before: piece.slice(0, at), word, after: piece.slice(at + word.length) };
}
