/** The panel's images, maps and checks: asked of the kernel, or read from the file. */
import { useMemo, useState } from "preact/hooks";
import type { CodedError } from "../../contract/errors";
import type { ImagePage, PageChecks } from "../../contract/generated";
import type { ViewHost } from "../../contract/host";
import { ALL_ROWS, type Selection } from "../../contract/workbench";
import { useConnection, useRequest, useShared, useTrait } from "../../ui";
import { sameRows } from "./images";
import { DEFAULTS, firstOf, type Settings } from "./settings";

export const PAGE_IMAGES = 12;

export interface ImagesState {
  /** What is shown: pictures with maps, or pictures alone while there are none. */
  page: ImagePage | null;
  beside: ImagePage | null;
  checks: PageChecks | null;
  /** Maps of these pictures are awaited, or those of other settings are still shown. */
  pending: boolean;
  checking: boolean;
  error: CodedError | null;
  /** Why the maps were not checked. */
  uncheckedError: CodedError | null;
  start: number;
  goTo: (start: number) => void;
  /** Asks again after a failure or a cancel. */
  again: () => void;
}

export function useSettings(host: ViewHost): [Settings, (change: Partial<Settings>) => void] {
  const [settings, set] = useTrait<Settings | undefined>(host, "settings");
  const known = settings?.method ? settings : DEFAULTS;
  return [known, (change) => set({ ...known, ...change })];
}

export function useImages(host: ViewHost, settings: Settings): ImagesState {
  const live = useConnection(host) === "live";
  const alone = host.shared === null;
  const [embedded] = useTrait<ImagePage | null | undefined>(host, "embedded");
  const [embeddedBeside] = useTrait<ImagePage | null | undefined>(host, "embedded_beside");
  const [refused] = useTrait<CodedError | null | undefined>(host, "refused");
  const { basis, settled, start, goTo } = usePlace(host);
  const [attempt, retry] = useState(0);

  const asks = live && settled && (!alone || start > 0);
  const pictures = useRequest<ImagePage>(host, "pictures", asks ? { start } : null, basis);
  const isEmpty = pictures.data !== null && !pictures.stale && pictures.data.total === 0;
  const makes = asks && !alone && pictures.data !== null && !pictures.stale && !isEmpty;
  const again = `${basis} ${attempt}`;
  const question = { side: "first", start, ...firstOf(settings) };
  const maps = useRequest<ImagePage>(host, "maps", makes ? question : null, again);
  const second = { side: "second", start, ...settings.beside };
  const beside = useRequest<ImagePage>(host, "maps", makes && settings.beside ? second : null, again);
  const made = makes && maps.data !== null && !maps.stale && maps.error === null;
  const checked = made && !(settings.beside && beside.stale);
  const checks = useRequest<PageChecks>(host, "checks", checked ? question : null, again);

  const bare = pictures.data;
  const page = useMemo(() => {
    if (alone) return start > 0 ? (bare ?? embedded ?? null) : (embedded ?? null);
    if (!bare) return embedded ?? null;
    return maps.data && maps.error === null && sameRows(maps.data, bare) ? maps.data : bare;
  }, [alone, start, bare, embedded, maps.data, maps.error]);
  const fits = beside.error === null && sameRows(beside.data, page) ? beside.data : null;
  return {
    page,
    beside: settings.beside === null ? null : live ? fits : (embeddedBeside ?? null),
    checks: checked && !checks.stale && checks.error === null ? checks.data : null,
    pending: asks && (pictures.stale || maps.stale || beside.stale),
    checking: checked && checks.stale,
    error: live ? newestError([pictures, maps, beside]) : (refused ?? null),
    uncheckedError: checked ? newestError([checks]) : null,
    start,
    goTo,
    again: () => retry((count) => count + 1),
  };
}

/** Which page of which rows. Another selection begins at its first page. */
function usePlace(host: ViewHost) {
  const [selection] = useShared<Selection>(host, "selection", ALL_ROWS);
  const [version] = useTrait<number | undefined>(host, "version");
  const [place, setPlace] = useState({ token: selection.token, start: 0 });
  const start = place.token === selection.token ? place.start : 0;
  return {
    basis: `${selection.token} ${selection.n} ${version}`,
    /** The kernel has said which rows the selection holds; before, it would answer for the one before. */
    settled: host.shared === null || selection.kind === "all" || selection.n !== null,
    start,
    goTo: (next: number) => setPlace({ token: selection.token, start: next }),
  };
}

interface Asked {
  stale: boolean;
  error: CodedError | null;
}

function newestError(asked: readonly Asked[]): CodedError | null {
  return asked.find(({ stale, error }) => !stale && error !== null)?.error ?? null;
}
