import { Dialog, InputDialog, Notification, showDialog } from "@jupyterlab/apputils";
import type { Contents } from "@jupyterlab/services";
import type { ExportFormat } from "../contract/export_file";
import type { PlacedWorkbench } from "./workbenches";

/** Bytes per call of `String.fromCharCode`, which takes them as arguments and would overflow the stack. */
const CHUNK = 0x8000;
/** How long the good news stays; without a time a notification only waits behind the bell. */
const SHOWN_MS = 8000;

/** Asks for a file name, lets the workbench make the file, and saves it beside its notebook. */
export async function exportWorkbench(
  { element, document }: PlacedWorkbench,
  format: ExportFormat,
  contents: Contents.IManager,
): Promise<void> {
  const notebook = document?.context.path ?? "";
  const folder = notebook.slice(0, notebook.lastIndexOf("/") + 1);
  const answer = await askForName(suggestedName(notebook, format), format);
  if (answer === null) return;
  const path = folder + answer.name;
  if (!(await mayWrite(contents, path))) return;

  const saved = element.mldWorkbench.exportBytes(format, answer.includeData).then(async ({ bytes }) => {
    await contents.save(path, { type: "file", format: "base64", content: base64(bytes) });
    return path;
  });
  Notification.promise(saved, {
    pending: { message: `Exporting ${path}`, options: { autoClose: false } },
    success: { message: () => `Exported ${path}`, options: { autoClose: SHOWN_MS } },
    error: {
      message: (reason) => `${path} was not exported: ${messageOf(reason)}`,
      options: { autoClose: false },
    },
  });
  await saved.catch(() => undefined); // already shown by the notification
}

interface Answer {
  name: string;
  includeData: boolean;
}

async function askForName(suggested: string, format: ExportFormat): Promise<Answer | null> {
  const { button, value, isChecked } = await InputDialog.getText({
    title: format === "html" ? "Export workbench as HTML" : "Export workbench as notebook",
    label: "File name, beside the notebook",
    text: suggested,
    selectionRange: suggested.lastIndexOf("."),
    okLabel: "Export",
    required: true,
    pattern: "[^\\/\\\\]+",
    checkbox: {
      label: "Include all raw rows",
      caption: "Without this the file holds aggregates and at most 200 raw rows.",
      checked: false,
    },
  });
  const typed = value?.trim() ?? "";
  // The dialog enforces the pattern; a path must not get through even where it would not.
  if (!button.accept || typed === "" || /[/\\]/.test(typed)) return null;
  const name = typed.toLowerCase().endsWith(`.${format}`) ? typed : `${typed}.${format}`;
  return { name, includeData: isChecked ?? false };
}

async function mayWrite(contents: Contents.IManager, path: string): Promise<boolean> {
  if (!(await exists(contents, path))) return true;
  const { button } = await showDialog({
    title: "Overwrite the file?",
    body: `${path} exists already.`,
    buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: "Overwrite" })],
  });
  return button.accept;
}

/** Lists the folder: asking for the file itself would log an error for every new name. */
async function exists(contents: Contents.IManager, path: string): Promise<boolean> {
  const end = path.lastIndexOf("/");
  const folder: { content: Contents.IModel[] } = await contents.get(path.slice(0, Math.max(end, 0)));
  return folder.content.some(({ name }) => name === path.slice(end + 1));
}

function suggestedName(notebook: string, format: ExportFormat): string {
  const name = notebook.slice(notebook.lastIndexOf("/") + 1);
  const stem = name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : name;
  return `${stem || "workbench"}-report.${format}`;
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let start = 0; start < bytes.length; start += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return btoa(binary);
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
