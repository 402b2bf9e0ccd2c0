/** How the search goes: running, cancelled, failed, or made at a threshold that has moved since. */
import type { SearchStatus } from "../../contract/slices";
import { Button, EmptyState, ErrorState, Progress } from "../../ui";
import { capital } from "./numbers";

interface SearchStateProps {
  status: SearchStatus;
  /** Whether a result is on screen already. */
  hasResult: boolean;
  stale: boolean;
  live: boolean;
  onSearch: () => void;
  onCancel: () => void;
}

export function SearchState({ status, hasResult, stale, live, onSearch, onCancel }: SearchStateProps) {
  const { state, text, fraction, error } = status;
  if (!live) {
    return hasResult ? null : (
      <EmptyState title="No search was made">
        Slices are searched when the panel is first opened in the notebook.
      </EmptyState>
    );
  }
  if (state === "running" || (!hasResult && state === "idle")) {
    return (
      <div class="search-state" role="status">
        <Progress text={capital(text || "searching slices")} fraction={fraction} onCancel={onCancel} />
      </div>
    );
  }
  if (error) return <ErrorState error={error} onRetry={onSearch} />;
  if (state === "failed") return <Offer title="The search failed" text={text} onSearch={onSearch} />;
  if (state === "cancelled") {
    const kept = hasResult ? "What is shown is from the search before." : "Nothing was found yet.";
    return <Offer title="The search was cancelled" text={kept} onSearch={onSearch} />;
  }
  if (!stale) return null;
  return (
    <div class="stale-note" role="status">
      <span>The threshold has moved since: these slices were searched at the one before.</span>
      <Button onClick={onSearch}>Search again</Button>
    </div>
  );
}

function Offer({ title, text, onSearch }: { title: string; text: string; onSearch: () => void }) {
  return (
    <div class="state" role="status">
      <b>{title}</b>
      {text !== "" && <p>{text}</p>}
      <div class="actions">
        <Button onClick={onSearch}>Search again</Button>
      </div>
    </div>
  );
}
