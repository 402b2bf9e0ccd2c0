/** How far the maps can be believed: a line per check, with its number and its verdict in words. */
import type { CodedError } from "../../contract/errors";
import type { TrustLine } from "../../contract/generated";
import { LinkButton, TrustLines } from "../../ui";

interface TrustProps {
  lines: readonly TrustLine[];
  /** The checks are still being made. */
  checking: boolean;
  /** Why they were not made. */
  error: CodedError | null;
  onCancel: () => void;
  onCheck: () => void;
}

export function Trust({ lines, checking, error, onCancel, onCheck }: TrustProps) {
  if (lines.length === 0 && !checking && error === null) return null;
  const on = lines.find(({ name, detail }) => name === "deletion" && detail !== "");
  return (
    <section class="trust" aria-label="How far to trust it">
      <h3>How far to trust it</h3>
      {checking && (
        <p class="small" role="status">
          Being checked <LinkButton onClick={onCancel}>Cancel</LinkButton>
        </p>
      )}
      {!checking && error !== null && (
        <p class="small" role="status">
          Not checked: {error.got || error.message} <LinkButton onClick={onCheck}>Check now</LinkButton>
        </p>
      )}
      {!checking && lines.length > 0 && <TrustLines lines={inOrder(lines)} />}
      {!checking && on !== undefined && <p class="small">Checked on {on.detail}.</p>}
    </section>
  );
}

const ORDER: readonly TrustLine["verdict"][] = ["bad", "good", "not checked", "not applicable"];

/** What was found first, then what was left out. */
function inOrder(lines: readonly TrustLine[]): TrustLine[] {
  return [...lines].sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
}
