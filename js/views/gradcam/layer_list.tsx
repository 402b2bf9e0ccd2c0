/** The layers that maps can be made at, best first, each one click away. */
import type { ImagePage, LayerCandidate } from "../../contract/generated";
import { formatFixed } from "../../ui";

interface LayerListProps {
  /** "" has a layer found. */
  layer: string;
  page: ImagePage | null;
  onChange: (layer: string) => void;
}

export function LayerList({ layer, page, onChange }: LayerListProps) {
  const layers = page?.layers ?? [];
  if (layers.length === 0) return null;
  const shown = layer === "" ? page?.layer : layer;
  return (
    <fieldset class="layers">
      <legend class="label">Layer</legend>
      {layers.map((candidate, place) => (
        <label key={candidate.name} title={candidate.reason}>
          <input
            type="radio"
            name="layer"
            value={candidate.name}
            checked={candidate.name === shown}
            onChange={() => onChange(candidate.name)}
          />
          <LayerName label={candidate.label} />
          <span class="num quiet">{scoreText(candidate, place)}</span>
        </label>
      ))}
      {layer !== "" && (
        <button type="button" class="link" onClick={() => onChange("")}>
          Find the layer again
        </button>
      )}
      <p class="small">
        x: how much faster than in random order the score falls when the map's brightest parts go.
      </p>
    </fieldset>
  );
}

/** "features.7 ReLU" over "64 channels, 14 x 14". */
function LayerName({ label }: { label: string }) {
  const [named, output] = label.split(" · ");
  return (
    <span class="layer-name">
      {named} {output !== undefined && <span class="layer-output quiet">{output}</span>}
    </span>
  );
}

function scoreText({ score }: LayerCandidate, place: number): string {
  if (score === null) return "not tested";
  return `${formatFixed(score, 1)}x${place === 0 ? " suggested" : ""}`;
}
