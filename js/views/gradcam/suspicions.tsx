/** What the workbench's findings say about the maps: a card each, with the way to the images that it is about. */
import type { ViewHost } from "../../contract/host";
import { LinkButton, plural, Severity, type SeverityWord, useConnection, useTrait } from "../../ui";

export interface MapSuspicion {
  code: string;
  severity: SeverityWord;
  title: string;
  text: string;
  /** Images that it is about. */
  n: number;
}

const NONE: readonly MapSuspicion[] = [];

export function Suspicions({ host }: { host: ViewHost }) {
  const [suspicions] = useTrait<readonly MapSuspicion[] | undefined>(host, "suspicions");
  const live = useConnection(host) === "live";
  return (
    <>
      {(suspicions ?? NONE).map(({ code, severity, title, text, n }) => (
        <article class="suspicion" key={`${code} ${title}`} aria-label={title}>
          <div class="suspicion-head">
            <Severity severity={severity} />
            <span class="small">{code}</span>
          </div>
          <h4>{title}</h4>
          <p>{text}</p>
          {live && (
            <LinkButton onClick={() => void host.request("select_suspicious", { code }).catch(() => {})}>
              Select the {plural(n, "image")}
            </LinkButton>
          )}
        </article>
      ))}
    </>
  );
}
