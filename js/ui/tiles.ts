/** Arrow keys over tiles that wrap: which one a key leads to. */

/** The tile that `event` leads to from the focused one, if it leads to any. */
export function nextTile(tiles: readonly HTMLElement[], event: KeyboardEvent): HTMLElement | undefined {
  const focused = tiles.indexOf(event.target as HTMLElement);
  if (focused < 0) return undefined;
  const top = tiles[0]?.offsetTop;
  const columns = Math.max(1, tiles.filter((tile) => tile.offsetTop === top).length);
  const steps: Record<string, number> = {
    ArrowLeft: focused - 1,
    ArrowRight: focused + 1,
    ArrowUp: focused - columns,
    ArrowDown: focused + columns,
    Home: 0,
    End: tiles.length - 1,
  };
  return Object.hasOwn(steps, event.key) ? tiles[steps[event.key] ?? -1] : undefined;
}
