/** The shell: what is debugged, the panel list, the selection, what the kernel is doing, and the open panel. */
import type { ViewHost } from "../../contract/host";
import type { Panel, Status } from "../../contract/workbench";
import { ConnectionBanner, useConnection, useTrait } from "../../ui";
import { ExportMenu } from "./export_menu";
import { PanelArea } from "./panel_area";
import { PanelList, PanelSelect } from "./panel_list";
import { SavedMenu } from "./saved_menu";
import { SelectionChip } from "./selection_chip";
import { StatusLine } from "./status_line";

export function Workbench({ host }: { host: ViewHost }) {
  const [title] = useTrait<string>(host, "title");
  const [subtitle] = useTrait<string>(host, "subtitle");
  const [panels] = useTrait<readonly Panel[]>(host, "panels");
  const [current, open] = useTrait<string>(host, "panel");
  const [status] = useTrait<Status>(host, "status");
  const panel = panels.find(({ id }) => id === current);
  return (
    <section class="workbench" aria-label={`Workbench ${title}`}>
      <div class="top">
        <b class="title" title={title}>
          {title}
        </b>
        <span class="subtitle" title={subtitle}>
          {subtitle}
        </span>
        <span class="grow" />
        <StatusLine host={host} status={status} />
        <SelectionChip host={host} />
        <SavedMenu host={host} />
        <ExportMenu host={host} />
      </div>
      <div class="notes">
        <ConnectionBanner host={host} />
        <ReportNote host={host} />
        <div role="alert">{status.state === "failed" && <div class="banner failed">{status.text}</div>}</div>
      </div>
      <PanelList panels={panels} current={current} onOpen={open} />
      <PanelSelect panels={panels} current={current} onOpen={open} />
      <div class="main">
        {panel && <PanelArea key={panel.id} host={host} panel={panel} status={status} />}
      </div>
    </section>
  );
}

function ReportNote({ host }: { host: ViewHost }) {
  const [contents] = useTrait<string>(host, "contents");
  if (useConnection(host) !== "report") return null;
  return (
    <div class="report-note">
      <b>Exported file.</b> {contents} Selecting, sorting and moving the threshold work here; what needs the
      model is marked.
    </div>
  );
}
