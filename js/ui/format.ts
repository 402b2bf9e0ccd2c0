/** Numbers, dates and counts as text. One place, so that a value reads the same in every view. */

const COUNT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A whole number with thousands separators: 336,776. */
export function formatCount(n: number): string {
  return COUNT.format(n);
}

/** "1 row", "2 rows". */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${formatCount(n)} ${n === 1 ? one : many}`;
}

/** "test row", or just "row" where there is only one split. */
export function rowOf(split: string, splits: readonly unknown[]): string {
  return splits.length > 1 ? `${split} row` : "row";
}

/** A column's name as a reader can see it, in one line; empty names exist. */
export function columnName(name: string): string {
  return name.trim() === "" ? "(no name)" : name.replace(/[\r\n\t]+/g, " ");
}

/** A category as a reader can see it. */
export function valueName(value: string): string {
  return value.trim() === "" ? "(blank)" : value;
}

/** A value with `digits` significant digits, without exponent between 0.0001 and a million. */
export function formatNumber(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e15) return minus(COUNT.format(value));
  if (size < 1e-4 || size >= 1e9) return minus(value.toExponential(Math.max(0, Math.min(digits, 3) - 1)));
  const decimals = Math.max(0, Math.min(8, digits - 1 - Math.floor(Math.log10(size))));
  return minus(value.toLocaleString("en-US", { maximumFractionDigits: decimals }));
}

/** A number with a fixed count of decimals: columns of these align. What rounds to zero has no sign. */
export function formatFixed(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const text = value.toLocaleString("en-US", {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    signDisplay: "negative",
  });
  return minus(text);
}

/** As `formatFixed`, always with its sign. A rounded zero has none. */
export function formatSigned(value: number | null | undefined, decimals: number): string {
  const text = formatFixed(value, decimals);
  if (value === null || value === undefined || !(value > 0) || Number(text.replace(/,/g, "")) === 0) {
    return text;
  }
  return `+${text}`;
}

/** How many decimals are known: those down to the first digit of the interval's half width, at most 4. */
export function knownDecimals(low: number | null, high: number | null, fallback = 3): number {
  if (low === null || high === null) return fallback;
  const half = Math.abs(high - low) / 2;
  if (!Number.isFinite(half) || half === 0) return fallback;
  return Math.min(4, Math.max(0, Math.ceil(-Math.log10(half) - 1e-9)));
}

/** "0.738 to 0.746" with as many decimals as are known. */
export function formatInterval(low: number | null, high: number | null, decimals: number): string {
  if (low === null || high === null) return "";
  return `${formatFixed(low, decimals)} to ${formatFixed(high, decimals)}`;
}

/** A share of 1 as per cent: 41%, 0.4%. */
export function formatPercent(share: number | null | undefined): string {
  if (share === null || share === undefined || Number.isNaN(share)) return "–";
  const percent = share * 100;
  const decimals = percent !== 0 && Math.abs(percent) < 1 ? 1 : 0;
  return `${formatFixed(percent, decimals)}%`;
}

/** Seconds of a computation: 0.08 s, 3.1 s, 2 min 5 s. */
export function formatSeconds(seconds: number): string {
  if (seconds >= 60) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${formatFixed(seconds, seconds < 0.995 ? 2 : 1)} s`;
}

/** Milliseconds since 1970 UTC as a date; the time of day only where there is one. */
export function formatDate(milliseconds: number | null | undefined): string {
  if (milliseconds === null || milliseconds === undefined || Number.isNaN(milliseconds)) return "–";
  const date = new Date(milliseconds);
  if (Number.isNaN(date.getTime())) return "–";
  const iso = date.toISOString();
  const [day = "", time = ""] = iso.split("T");
  if (time.startsWith("00:00:00.000")) return day;
  return `${day} ${time.slice(0, time.startsWith(":00.000", 5) ? 5 : 8)}`;
}

/** A true minus sign is as wide as a digit in tabular figures. */
function minus(text: string): string {
  return text.startsWith("-") ? `−${text.slice(1)}` : text;
}
