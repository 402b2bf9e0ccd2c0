/** The grid's keys, as in the ARIA authoring practices. Row -1 is the header. */

export interface Place {
  row: number;
  column: number;
}

/** Where the active cell goes for a key; null when the key does not move it. */
export function moved(
  place: Place,
  event: KeyboardEvent,
  rows: number,
  columns: number,
  page: number,
): Place | null {
  const { row, column } = place;
  const far = event.ctrlKey || event.metaKey;
  const targets: Record<string, Place> = {
    ArrowUp: { row: row - 1, column },
    ArrowDown: { row: row + 1, column },
    ArrowLeft: { row, column: column - 1 },
    ArrowRight: { row, column: column + 1 },
    PageUp: { row: Math.max(0, row - page), column },
    PageDown: { row: row + page, column },
    Home: far ? { row: 0, column: 0 } : { row, column: 0 },
    End: far ? { row: rows - 1, column: columns - 1 } : { row, column: columns - 1 },
  };
  const target = Object.hasOwn(targets, event.key) ? targets[event.key] : undefined;
  if (target === undefined) return null;
  return {
    row: Math.min(rows - 1, Math.max(-1, target.row)),
    column: Math.min(columns - 1, Math.max(0, target.column)),
  };
}
