/** How one part goes: being computed, cancelled, failed; nothing while it is there. */
import type { AttributionPart, PartStatus } from "../../contract/attributions";
import { Button, ErrorState, Progress } from "../../ui";
import type { Ask } from "./use_attributions";

interface PartStateProps {
  part: AttributionPart;
  status: PartStatus;
  ask: Ask;
}

export function PartState({ part, status, ask }: PartStateProps) {
  const { state, text, fraction, error } = status;
  const again = () => ask("compute", { part });
  if (state === "running") {
    return (
      <div class="part-state" role="status">
        <Progress text={text} fraction={fraction} onCancel={() => ask("cancel", {})} />
      </div>
    );
  }
  if (error) return <ErrorState error={error} onRetry={again} />;
  if (state !== "cancelled") return null;
  return (
    <div class="part-state" role="status">
      <span class="quiet">Cancelled.</span> <Button onClick={again}>Compute again</Button>
    </div>
  );
}
