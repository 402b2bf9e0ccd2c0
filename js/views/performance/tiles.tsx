/** Numbers that decide, each with its interval and the method of it. */

export interface Tile {
  label: string;
  value: string;
  context: string;
  title: string;
}

export function Tiles({ tiles, live = false }: { tiles: readonly Tile[]; live?: boolean }) {
  return (
    <dl class="tiles" style={{ "--tiles": tiles.length }} aria-live={live ? "off" : undefined}>
      {tiles.map((tile) => (
        <div class="tile" key={tile.label} title={`${tile.label}\n${tile.title}`}>
          <dt>{tile.label}</dt>
          <dd class="figure">{tile.value}</dd>
          <dd class="context">{tile.context}</dd>
        </div>
      ))}
    </dl>
  );
}
