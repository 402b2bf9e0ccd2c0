/** Cubes by what they answer: asked for when a pointer comes near, one in flight, the newest question kept. */
import { isAborted } from "../../contract/errors";
import { type Brushes, brushRecords, type Cube } from "./strip";

export type AskCube = (active: number, fixed: Brushes) => Promise<Cube>;

const KEPT = 12;

interface Question {
  key: string;
  active: number;
  fixed: Brushes;
}

export class Cubes {
  private readonly known = new Map<string, Cube>();
  private waiting: Question | null = null;
  private inFlight: string | null = null;
  private closed = false;

  constructor(
    private readonly ask: AskCube,
    /** Called when a cube has arrived, or could not be had. */
    private readonly arrived: (failure: unknown) => void,
  ) {}

  get(active: number, fixed: Brushes): Cube | undefined {
    return this.known.get(keyOf(active, fixed));
  }

  /** Has the kernel count a cube, unless it is here or on its way. */
  want(active: number, fixed: Brushes): void {
    const key = keyOf(active, fixed);
    this.waiting = null;
    if (this.known.has(key) || this.inFlight === key) return;
    this.waiting = { key, active, fixed: new Map(fixed) };
    if (this.inFlight === null) void this.next();
  }

  close(): void {
    this.closed = true;
    this.waiting = null;
  }

  private async next(): Promise<void> {
    while (this.waiting !== null) {
      const { key, active, fixed } = this.waiting;
      this.waiting = null;
      this.inFlight = key;
      let failure: unknown = null;
      try {
        this.keep(key, await this.ask(active, fixed));
      } catch (thrown) {
        failure = isAborted(thrown) ? null : thrown;
      }
      this.inFlight = null;
      if (!this.closed) this.arrived(failure);
    }
  }

  private keep(key: string, cube: Cube): void {
    this.known.set(key, cube);
    for (const oldest of this.known.keys()) {
      if (this.known.size <= KEPT) break;
      this.known.delete(oldest);
    }
  }
}

function keyOf(active: number, fixed: Brushes): string {
  const others = brushRecords(fixed).sort((a, b) => a.dimension - b.dimension);
  return JSON.stringify([active, others.filter(({ dimension }) => dimension !== active)]);
}
