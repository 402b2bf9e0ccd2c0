/** What the Text panel is given beside its results, and the requests it sends. */
import type { CodedError } from "./errors";
import type { Status } from "./workbench";

export interface TextChoice {
  readonly value: string;
  readonly label: string;
}

export interface TextSettings {
  /** The methods that are shown, in the order of `all_methods`. */
  readonly methods: readonly string[];
  readonly all_methods: readonly TextChoice[];
  readonly target: string;
  readonly targets: readonly TextChoice[];
}

/** Which of the `total` texts are asked for, and which are shown: others until these are there. */
export interface TextPage {
  readonly start: number;
  readonly size: number;
  readonly total: number;
  readonly shown: { readonly start: number; readonly total: number } | null;
}

/** How the computation goes; `error` when it failed. */
export interface TextStatus extends Status {
  readonly error?: CodedError | null;
}

/** Name of a request -> what goes with it; every answer is null, what was computed arrives as traits. */
export interface TextRequests {
  configure: { methods: readonly string[]; target: string };
  turn: { start: number };
  open_row: { row: number };
  compute: Record<string, never>;
  cancel: Record<string, never>;
}
