/** The brush while it moves: what the strip shows now, without asking the kernel and without drawing anything itself. */
import { Cubes } from "./cubes";
import type { Source } from "./sources";
import {
  type Bins,
  type Brushes,
  type Buffer,
  emptyBins,
  follow,
  type Range,
  type Strip,
  without,
} from "./strip";

interface BrushingOptions {
  strip: Strip;
  source: Source;
  /** Called whenever what is shown has changed. */
  changed: () => void;
  /** Called with what went wrong, and with null when something new is tried. */
  failed: (thrown: unknown) => void;
}

export class Brushing {
  /** What is brushed, the moving brush included. */
  brushes: Brushes = new Map();
  /** What the strip shows: of the brushed or otherwise selected rows, or null for all rows. */
  shown: Bins | null = null;
  private settled: { bins: Bins | null; brushes: Brushes } = { bins: null, brushes: new Map() };
  private moving: number | null = null;
  private unanswered = 0;
  private readonly buffer: Buffer;
  private readonly cubes: Cubes;

  constructor(private readonly options: BrushingOptions) {
    this.buffer = emptyBins(options.strip.size);
    this.cubes = new Cubes(options.source.ask, (failure) => {
      if (failure !== null) options.failed(failure);
      this.show();
    });
  }

  /** Takes over what the kernel says is selected; a brush that moves or waits for its answer goes before it. */
  settle(bins: Bins | null, brushes: Brushes): void {
    this.settled = { bins, brushes };
    this.show();
  }

  /** Counts ahead for a histogram that is about to be brushed. */
  approach(dimension: number): void {
    this.cubes.want(dimension, this.others(dimension));
  }

  /** The brush on a histogram is there now. */
  move(dimension: number, range: Range): void {
    const now = this.brushes.get(dimension);
    if (this.moving === dimension && now?.[0] === range[0] && now[1] === range[1]) return;
    this.moving = dimension;
    this.brushes = new Map([...this.others(dimension), [dimension, range]]);
    this.approach(dimension);
    this.show();
  }

  /** The brush is let go: select its rows. */
  async release(): Promise<void> {
    if (this.moving === null) return;
    this.moving = null;
    await this.commit();
  }

  /** Takes the brush of a histogram away, or all of them. */
  async clear(dimension?: number): Promise<void> {
    this.moving = null;
    this.brushes = dimension === undefined ? new Map() : without(this.brushes, dimension);
    await this.commit();
  }

  close(): void {
    this.cubes.close();
  }

  private async commit(): Promise<void> {
    this.unanswered += 1;
    this.options.failed(null);
    this.options.changed();
    try {
      await this.options.source.select(this.brushes);
    } catch (thrown) {
      this.options.failed(thrown);
    }
    this.unanswered -= 1;
    this.show();
  }

  private others(dimension: number): Brushes {
    const others = without(this.brushes, dimension);
    while (others.size >= this.options.source.most) others.delete(others.keys().next().value as number);
    return others;
  }

  private show(): void {
    if (this.moving !== null) this.followBrush(this.moving);
    else if (this.unanswered === 0) {
      this.shown = this.settled.bins;
      this.brushes = this.settled.brushes;
    }
    this.options.changed();
  }

  private followBrush(moving: number): void {
    const cube = this.cubes.get(moving, this.others(moving));
    const range = this.brushes.get(moving);
    if (cube === undefined || range === undefined) return;
    follow(this.options.strip, cube, range, this.buffer);
    this.shown = this.buffer;
  }
}
