/** The designed states of a view: empty, computing, failed, kernel gone, report. */
import { Component, type ComponentChildren } from "preact";
import { type CodedError, toCodedError } from "../contract/errors";
import type { ViewHost } from "../contract/host";
import { Button } from "./controls";
import { formatPercent } from "./format";
import { useConnection, useTrait } from "./hooks";

/** Nothing to show: what is missing, and what would fill it. */
export function EmptyState({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="state">
      <b>{title}</b>
      {children !== undefined && <p>{children}</p>}
    </div>
  );
}

/** A coded error: what came, what is allowed, and the fix. */
export function ErrorState({ error, onRetry }: { error: CodedError; onRetry?: () => void }) {
  return (
    <div class="state failed" role="alert">
      <span class="code">{error.code}</span> <b>{error.argument}</b>
      <p>{error.got || error.message}</p>
      {error.allowed !== "" && <p>Allowed: {error.allowed}</p>}
      {error.fix !== "" && (
        <p class="fix">
          Try: <em>{error.fix}</em>
        </p>
      )}
      {onRetry && (
        <div class="actions">
          <Button onClick={onRetry}>Try again</Button>
        </div>
      )}
    </div>
  );
}

interface ProgressProps {
  /** What is being computed, as the kernel says it. */
  text: string;
  /** How far, 0 to 1; null when that is not known. */
  fraction: number | null;
  onCancel?: () => void;
}

export function Progress({ text, fraction, onCancel }: ProgressProps) {
  const known = fraction !== null;
  return (
    <span class="progress">
      <span
        class="track"
        role="progressbar"
        aria-label={text}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={known ? Math.round(100 * fraction) : undefined}
      >
        <span
          class={known ? "fill" : "fill unknown"}
          style={known ? { width: `${100 * fraction}%` } : undefined}
        />
      </span>
      <span>
        {text}
        {known && ` ${formatPercent(fraction)}`}
      </span>
      {onCancel && <Button onClick={onCancel}>Cancel</Button>}
    </span>
  );
}

export const GONE_TEXT = "Kernel gone: values shown are from the last run. Run the cell again.";

/** Shown above everything while nobody answers. Says nothing while a kernel is there, or in a report. */
export function ConnectionBanner({ host }: { host: ViewHost }) {
  const gone = useConnection(host) === "gone";
  return (
    <div role="status" aria-live="assertive">
      {gone && <div class="banner">{GONE_TEXT}</div>}
    </div>
  );
}

interface FrameProps {
  host: ViewHost;
  children: ComponentChildren;
}

/**
 * What every view stands in: the kernel's failure instead of the view when there is one, the banner when the view
 * stands alone (inside a workbench the shell shows it), and a readable error when the view itself breaks.
 */
export function ViewFrame({ host, children }: FrameProps) {
  const [failed] = useTrait<CodedError | null>(host, "failed");
  return (
    <>
      {host.shared === null && <ConnectionBanner host={host} />}
      <Guard>{failed ? <ErrorState error={failed} /> : children}</Guard>
    </>
  );
}

class Guard extends Component<{ children: ComponentChildren }, { thrown: CodedError | null }> {
  override state: { thrown: CodedError | null } = { thrown: null };

  override componentDidCatch(thrown: unknown): void {
    console.error(thrown);
    this.setState({ thrown: toCodedError(thrown) });
  }

  override render() {
    const { thrown } = this.state;
    if (thrown === null) return this.props.children;
    return <ErrorState error={thrown} onRetry={() => this.setState({ thrown: null })} />;
  }
}
