/** Export: what kind of file, how much of the data, and then the browser saves it. */
import { useState } from "preact/hooks";
import { type CodedError, toCodedError } from "../../contract/errors";
import { type ExportedFile, type ExportFormat, fetchExport } from "../../contract/export_file";
import type { ViewHost } from "../../contract/host";
import { Button, ErrorState, Progress, useConnection } from "../../ui";
import { useClosing } from "./use_closing";

const MIME_TYPES: Record<ExportFormat, string> = { html: "text/html", ipynb: "application/x-ipynb+json" };

const WHY_NOT = {
  report: "Export needs the notebook's kernel; this is an exported file",
  gone: "Export needs the kernel. Run the cell again.",
};

type Work = { fraction: number | null } | { error: CodedError } | { saved: string } | null;

export function ExportMenu({ host }: { host: ViewHost }) {
  const connection = useConnection(host);
  if (connection === "live") return <LiveExport host={host} />;
  return (
    <Button disabled onClick={() => {}} title={WHY_NOT[connection]}>
      Export · needs a kernel
    </Button>
  );
}

function LiveExport({ host }: { host: ViewHost }) {
  const [isOpen, setOpen] = useState(false);
  const menu = useClosing(() => setOpen(false));
  return (
    <div class="export" ref={menu}>
      <button
        type="button"
        class="button"
        aria-expanded={isOpen}
        aria-controls="export-menu"
        onClick={() => setOpen(!isOpen)}
      >
        Export
      </button>
      {isOpen && <ExportForm host={host} />}
    </div>
  );
}

function ExportForm({ host }: { host: ViewHost }) {
  const [allRows, setAllRows] = useState(false);
  const [work, setWork] = useState<Work>(null);
  const busy = work !== null && "fraction" in work;
  const start = async (format: ExportFormat) => {
    setWork({ fraction: null });
    try {
      const file = await fetchExport(host.request, format, allRows, (fraction) => setWork({ fraction }));
      save(file, MIME_TYPES[format]);
      setWork({ saved: file.name });
    } catch (thrown) {
      setWork({ error: toCodedError(thrown) });
    }
  };
  return (
    <div class="export-menu" id="export-menu" role="group" aria-label="Export">
      <div class="choices">
        <Button disabled={busy} onClick={() => start("html")}>
          HTML page
        </Button>
        <Button disabled={busy} onClick={() => start("ipynb")}>
          Notebook
        </Button>
      </div>
      <label>
        <input
          type="checkbox"
          checked={allRows}
          disabled={busy}
          onChange={(event) => setAllRows(event.currentTarget.checked)}
        />
        Include all rows
      </label>
      <p class="small">
        {allRows
          ? "The file holds the raw rows too. Share it as you would share the data."
          : "The file holds aggregates and at most 200 raw rows."}
      </p>
      <div role="status">
        {busy && <Progress text="Preparing the file" fraction={work.fraction} />}
        {work !== null && "saved" in work && <p class="quiet">Saved as {work.saved}</p>}
      </div>
      {work !== null && "error" in work && <ErrorState error={work.error} />}
    </div>
  );
}

function save({ name, bytes }: ExportedFile, type: string): void {
  const address = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The download reads the address after the click has returned.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
