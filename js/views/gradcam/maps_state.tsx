/** How far the maps are: being made, checked, cancelled, refused; in a file, what it cannot do. */
import { useState } from "preact/hooks";
import type { ViewHost } from "../../contract/host";
import type { Status } from "../../contract/workbench";
import { Button, EmptyState, ErrorState, Progress, useConnection, useTrait } from "../../ui";
import type { ImagesState } from "./use_images";

/** The kernel's word for work that was ended. */
const CANCELLED = "MLD-W04";

interface MapsStateProps {
  host: ViewHost;
  state: ImagesState;
}

/** What is being done, in the line of the heading, so that nothing moves when it begins or ends. */
export function MapsProgress({ host, state: { pending, checking } }: MapsStateProps) {
  const [status] = useTrait<Status | undefined>(host, "status");
  const live = useConnection(host) === "live";
  const [asked, ask] = useState(false);
  if (!live || !pending) {
    if (asked) ask(false);
    return (
      <span class="small" role="status">
        {live && checking && "The maps are being checked"}
      </span>
    );
  }
  const cancel = () => {
    ask(true);
    host.request("cancel").catch(() => ask(false));
  };
  return (
    <span role="status">
      <Progress
        text={status?.text || "Making maps"}
        fraction={status?.fraction ?? null}
        {...(asked ? {} : { onCancel: cancel })}
      />
    </span>
  );
}

/** What stands in the place of maps that are not there. */
export function MapsState({ host, state: { error, pending, page, again } }: MapsStateProps) {
  if (useConnection(host) !== "live") {
    if (page === null) return <EmptyState title="This file holds no images" />;
    return error && <ErrorState error={error} />;
  }
  if (pending || error === null) return null;
  if (error.code !== CANCELLED) return <ErrorState error={error} onRetry={again} />;
  return (
    <div class="state maps-state" role="status">
      <b>Cancelled</b>
      <p>These maps were not finished.</p>
      <div class="actions">
        <Button onClick={again}>Make the maps</Button>
      </div>
    </div>
  );
}
