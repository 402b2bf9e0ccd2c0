/** What can be changed about the maps: class, method, what stands beside them, and layer. */
import type { ImagePage } from "../../contract/generated";
import { values } from "../../contract/values";
import { type Choice, Segmented, Select } from "../../ui";
import { ClassFinder } from "./class_finder";
import { LayerList } from "./layer_list";
import { besideKind, firstOf, type Method, otherMethod, otherTarget, type Settings } from "./settings";

interface SettingsPanelProps {
  settings: Settings;
  methods: readonly Method[];
  classes: readonly string[];
  task: string;
  page: ImagePage | null;
  onChange: (change: Partial<Settings>) => void;
}

type TargetKind = "predicted" | "true" | "other";
type Beside = ReturnType<typeof besideKind>;

const BESIDE: readonly Choice<Beside>[] = [
  { value: "off", label: "off" },
  { value: "class", label: "classes" },
  { value: "method", label: "methods" },
];

export function SettingsPanel({ settings, methods, classes, task, page, onChange }: SettingsPanelProps) {
  const { method, layer, target, beside } = settings;
  const hasClasses = task !== "regression" && classes.length > 1;
  const kind = besideKind(settings);
  const setBeside = (next: Beside) => {
    const first = firstOf(settings);
    if (next === "off") onChange({ beside: null });
    else if (next === "class") onChange({ beside: { ...first, target: otherTarget(target, classes) } });
    else onChange({ beside: { ...first, method: otherMethod(method, methods) } });
  };
  /** What both maps share follows the first one. */
  const change = (next: Partial<Settings>) => {
    if (beside === null) return onChange(next);
    const own = kind === "class" ? { target: beside.target } : { method: beside.method };
    const second = { ...firstOf({ ...settings, ...next }), ...own };
    const alike = second.method === (next.method ?? method) && second.target === (next.target ?? target);
    onChange({ ...next, beside: alike ? null : second });
  };
  const methodChoices = methods.map(({ name, label }) => ({ value: name, label }));
  const needsLayer = !methods.find(({ name }) => name === method)?.pixels;
  return (
    <div class="settings" role="group" aria-label="What the maps show">
      {hasClasses && (
        <TargetChoice
          label="Class"
          target={target}
          classes={classes}
          task={task}
          first={firstClass(page)}
          onChange={(next) => change({ target: next })}
        />
      )}
      <span class="label">Method</span>
      <Select
        label="Method"
        choices={methodChoices}
        value={method}
        onChange={(next) => change({ method: next })}
      />
      <span class="label">Side by side</span>
      <Segmented
        label="Side by side"
        choices={BESIDE.filter(({ value }) => hasClasses || value !== "class")}
        value={kind}
        onChange={setBeside}
      />
      {beside !== null && kind === "class" && (
        <TargetChoice
          label="Class beside"
          target={beside.target}
          classes={classes}
          task={task}
          first={firstClass(page)}
          onChange={(next) => next !== target && onChange({ beside: { ...beside, target: next } })}
        />
      )}
      {beside !== null && kind === "method" && (
        <>
          <span class="label">Method beside</span>
          <Select
            label="Method beside"
            choices={methodChoices.filter(({ value }) => value !== method)}
            value={beside.method}
            onChange={(next) => onChange({ beside: { ...beside, method: next } })}
          />
        </>
      )}
      {/* Last, as the layers are known only with the first maps: nothing above moves when they come. */}
      {needsLayer && <LayerList layer={layer} page={page} onChange={(next) => change({ layer: next })} />}
    </div>
  );
}

interface TargetChoiceProps {
  label: string;
  target: string | number;
  classes: readonly string[];
  task: string;
  /** The class to begin with when one is to be chosen by name. */
  first: number;
  onChange: (target: string | number) => void;
}

/** Classes that fit a plain list; of more, one is found by its name. */
const LISTED_CLASSES = 30;

function TargetChoice({ label, target, classes, task, first, onChange }: TargetChoiceProps) {
  const kind: TargetKind = typeof target === "number" ? "other" : (target as TargetKind);
  const kinds: Choice<TargetKind>[] = [
    { value: "predicted", label: "predicted" },
    // A row with several labels has no one true class.
    ...(task === "multilabel" ? [] : [{ value: "true" as const, label: "true" }]),
    { value: "other", label: "by name" },
  ];
  return (
    <>
      <span class="label">{label}</span>
      <Segmented
        label={label}
        choices={kinds}
        value={kind}
        onChange={(next) => onChange(next === "other" ? first : next)}
      />
      {typeof target === "number" && classes.length <= LISTED_CLASSES && (
        <Select
          label={`${label} by name`}
          choices={classes.map((name, position) => ({ value: String(position), label: name }))}
          value={String(target)}
          onChange={(next) => onChange(Number(next))}
        />
      )}
      {typeof target === "number" && classes.length > LISTED_CLASSES && (
        <ClassFinder label={`${label} by name`} classes={classes} value={target} onChange={onChange} />
      )}
    </>
  );
}

/** The true class of the first image, else the one that the model says: where a choice by name begins. */
function firstClass(page: ImagePage | null): number {
  const known = [page?.truth, page?.predicted].map((codes) => (codes ? (values(codes)[0] ?? -1) : -1));
  return known.find((code) => code >= 0) ?? 0;
}
