/** The layers that maps can be made at, best first, each one click away. */
import { Fragment } from "preact";
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
          <LayerName label={candidate.label} score={scoreText(candidate, place)} />
        </label>
      ))}
      {layer !== "" && (
        <button type="button" class="link" onClick={() => onChange("")}>
          Find the layer again
        </button>
      )}
      {page?.layer_reason && <p class="small">{page.layer_reason}</p>}
      {whyUnscored(layers).map((reason) => (
        <p class="small" key={reason}>
          <b>no score</b> {reason}
        </p>
      ))}
      {layer !== "" && layers.some(({ score }) => score !== null) && (
        <p class="small">
          x: how much faster than in random order the score falls when the map's brightest parts go.
        </p>
      )}
    </fieldset>
  );
}

/** "features.7 ReLU", which may break after a dot, over "64 channels, 14 x 14" and the score. */
function LayerName({ label, score }: { label: string; score: string }) {
  const [named = "", output] = label.split(" · ");
  const parts = named.split(/(?<=\.)/);
  return (
    <span class="layer-name">
      {parts.map((part, at) => (
        <Fragment key={parts.slice(0, at + 1).join("")}>
          {part}
          <wbr />
        </Fragment>
      ))}{" "}
      <span class="layer-output quiet">
        <span>{output}</span> <span class="num">{score}</span>
      </span>
    </span>
  );
}

/** Why some layers have no score, where others have one; where none has, the choice's own reason says it. */
function whyUnscored(layers: readonly LayerCandidate[]): string[] {
  const unscored = layers.filter(({ score }) => score === null);
  return unscored.length === layers.length ? [] : [...new Set(unscored.map(({ reason }) => reason))];
}

function scoreText({ score }: LayerCandidate, place: number): string {
  if (score === null) return "no score";
  return `${formatFixed(score, 1)}x${place === 0 ? " suggested" : ""}`;
}
