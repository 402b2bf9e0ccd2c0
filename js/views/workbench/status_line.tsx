/** What the kernel is doing for this workbench, how far it is, and the way to stop it. */
import { useState } from "preact/hooks";
import { toCodedError } from "../../contract/errors";
import type { ViewHost } from "../../contract/host";
import type { Status } from "../../contract/workbench";
import { Progress, useConnection } from "../../ui";

export function StatusLine({ host, status }: { host: ViewHost; status: Status }) {
  const [refused, refuse] = useState("");
  const live = useConnection(host) === "live";
  const cancel = () => {
    refuse("");
    host.request("cancel").catch((thrown: unknown) => refuse(toCodedError(thrown).message));
  };
  return (
    <span class="status" role="status">
      {live && status.state === "running" && (
        <Progress text={status.text} fraction={status.fraction} onCancel={cancel} />
      )}
      {live && status.state === "cancelled" && <span class="quiet">{status.text || "Cancelled"}</span>}
      {refused !== "" && <span class="quiet">{refused}</span>}
    </span>
  );
}
