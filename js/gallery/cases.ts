/** What the gallery can show: a view, its values, and what a kernel would answer. */
import { type CodedError, RequestError } from "../contract/errors";
import type { Connection } from "../contract/host";
import type { ViewComponent } from "../host/frame";
import type { Answers } from "../host/static";
import sliderCss from "../ui/data_slider.css";
import picturesCss from "../ui/pictures.css";
import trustCss from "../ui/trust.css";
import { Attributions } from "../views/attributions/view";
import attributionsCss from "../views/attributions/view.css";
import { Crossfilter } from "../views/crossfilter/view";
import crossfilterCss from "../views/crossfilter/view.css";
import { Findings } from "../views/findings/view";
import findingsCss from "../views/findings/view.css";
import { GradCam } from "../views/gradcam/view";
import gradcamCss from "../views/gradcam/view.css";
import { Overview } from "../views/overview/view";
import overviewCss from "../views/overview/view.css";
import performance from "../views/performance/fixture.json";
import { Performance } from "../views/performance/view";
import performanceCss from "../views/performance/view.css";
import { Rows } from "../views/rows/view";
import rowsCss from "../views/rows/view.css";
import sensitivity from "../views/sensitivity/fixture.json";
import { Sensitivity } from "../views/sensitivity/view";
import sensitivityCss from "../views/sensitivity/view.css";
import { styles as slicesCss } from "../views/slices/styles";
import { Slices } from "../views/slices/view";
import { TextAttributions } from "../views/text_attributions/view";
import textAttributionsCss from "../views/text_attributions/view.css";
import whatif from "../views/whatif/fixture.json";
import { Whatif } from "../views/whatif/view";
import whatifCss from "../views/whatif/view.css";
import { Workbench } from "../views/workbench/view";
import workbenchCss from "../views/workbench/view.css";
import * as attributions from "./attributions_fixtures";
import { madeUpRows, stripCase } from "./crossfilter_fixtures";
import * as fixtures from "./fixtures";
import {
  failedChecks,
  imagesAnswers,
  fixture as imagesFixture,
  longLayers,
  MANY_CLASSES,
  SUSPICION,
} from "./images_fixtures";
import * as slices from "./slices_fixtures";
import * as texts from "./texts_fixtures";

export interface GalleryCase {
  view: ViewComponent;
  traits: Record<string, unknown>;
  shared?: Record<string, unknown>;
  answers?: Answers;
  connection?: Connection;
}

const STYLES = new Map<ViewComponent, string>([
  [Workbench, workbenchCss],
  [Overview, overviewCss],
  [Findings, findingsCss],
  [GradCam, picturesCss + trustCss + gradcamCss],
  [Rows, picturesCss + rowsCss],
  [Performance, sliderCss + performanceCss],
  [Sensitivity, sensitivityCss],
  [Whatif, sliderCss + whatifCss],
  [Crossfilter, crossfilterCss],
  [Slices, sliderCss + slicesCss],
  [Attributions, trustCss + attributionsCss],
  [TextAttributions, trustCss + textAttributionsCss],
]);

export function viewStyles(view: ViewComponent): string {
  return STYLES.get(view) ?? "";
}

const ERROR: CodedError = {
  code: "MLD-M07",
  argument: "model",
  got: "the model failed at rows 4,096 to 8,191: RuntimeError: mat1 and mat2 shapes cannot be multiplied",
  allowed: "a model that answers every row of data",
  fix: "Pass preprocess= so that the table becomes the tensor that the model expects.",
  message: "MLD-M07: model: ...",
};

/** A state that the compiler checks is one of the shell's. */
function shell(changes: Record<string, unknown> = {}, connection: Connection = "live"): GalleryCase {
  const traits = fixtures.workbench(changes);
  return { view: Workbench, traits, connection, answers: { cancel: () => true } };
}

function rows(changes: Partial<GalleryCase>, total?: number): GalleryCase {
  return {
    view: Rows,
    traits: { columns: fixtures.columns },
    answers: { page: (params: Parameters<typeof fixtures.rowsPage>[0]) => fixtures.rowsPage(params, total) },
    ...changes,
  };
}

/** The Slices panel inside its workbench. */
function slicesPanel(
  traits: Record<string, unknown> = {},
  shared: Record<string, unknown> = {},
  connection: Connection = "live",
): GalleryCase {
  return {
    view: Slices,
    traits: slices.slicesTraits(traits),
    shared: slices.slicesWorkbench(shared),
    answers: slices.answers,
    connection,
  };
}

/** The Attributions panel inside its workbench, where it asks nobody. */
function attributionsPanel(
  traits: Record<string, unknown> = {},
  shared: Record<string, unknown> = {},
  connection: Connection = "live",
): GalleryCase {
  const nothing = () => null;
  return {
    view: Attributions,
    traits: { ...attributions.live, ...traits },
    shared: attributions.shared(shared),
    answers: { configure: nothing, open_row: nothing, compute: nothing, cancel: nothing },
    connection,
  };
}

/** The Images panel inside its workbench. */
function imagesPanel(
  traits: Record<string, unknown> = {},
  answers: Answers = {},
  connection: Connection = "live",
): GalleryCase {
  return {
    view: GradCam,
    traits: { ...imagesFixture.live, settings: { ...imagesFixture.live.settings, beside: null }, ...traits },
    shared: fixtures.workbench({ panel: "gradcam" }),
    answers: { ...imagesAnswers, ...answers },
    connection,
  };
}

/** The Text panel inside its workbench, where it asks nobody. */
function textPanel(traits: Record<string, unknown> = {}, connection: Connection = "live"): GalleryCase {
  const nothing = () => null;
  return {
    view: TextAttributions,
    traits: { ...texts.live, ...traits },
    shared: texts.shared(),
    answers: { configure: nothing, turn: nothing, open_row: nothing, compute: nothing, cancel: nothing },
    connection,
  };
}

const SLICE_SELECTED = {
  kind: "query",
  label: slices.result.slices[0]?.label,
  query: slices.result.slices[0]?.query,
  n: 7554,
  token: 4,
};

const QUERY_ERROR: CodedError = {
  code: "MLD-S61",
  argument: "query",
  got: 'the name "los" is no column',
  allowed: "the features, and loss, confidence, target, predicted, split, row",
  fix: "Did you mean loss?",
  message: "MLD-S61: query: ...",
};

function refuseQuery(params: Parameters<typeof fixtures.rowsPage>[0]) {
  if (params.query) throw new RequestError(QUERY_ERROR);
  return fixtures.rowsPage(params, 10_214);
}

const failedPanels = fixtures.panels.map((panel) =>
  panel.id === "overview" ? { ...panel, reference: "", state: "failed", error: ERROR } : panel,
);

export const cases: Record<string, GalleryCase> = {
  workbench: shell({ selection: fixtures.cell }),
  "workbench-computing": shell({
    panel: "whatif",
    status: { state: "running", text: "Fitting simple baselines", fraction: 0.42 },
  }),
  "workbench-failed": shell({
    panels: failedPanels,
    status: {
      state: "failed",
      text: "MLD-S13: selection: row 400,000. Allowed: row positions from 0 to 336775.",
    },
  }),
  "workbench-gone": shell({}, "gone"),
  "workbench-report": shell({ selection: fixtures.cell, panel: "whatif" }, "report"),
  overview: { view: Overview, traits: { result: fixtures.overview, findings: fixtures.findings } },
  "overview-computing": {
    view: Overview,
    traits: { result: { ...fixtures.overview, baselines: [] }, findings: null },
    shared: fixtures.workbench({ status: { state: "running", text: "Fitting", fraction: 0.1 } }),
  },
  "overview-failed": { view: Overview, traits: { result: null, findings: null, failed: ERROR } },
  performance: { view: Performance, traits: performance.binary },
  "performance-multiclass": { view: Performance, traits: performance.multiclass },
  "performance-regression": { view: Performance, traits: performance.regression },
  sensitivity: { view: Sensitivity, traits: sensitivity.one },
  whatif: { view: Whatif, traits: whatif.live },
  rows: rows({}),
  "rows-million": rows({ shared: fixtures.workbench() }, 3_000_000),
  "rows-scoped": rows({
    traits: { columns: fixtures.columns, scope: fixtures.cell, query: "los >" },
    shared: fixtures.workbench({ selection: fixtures.rowsSelection, row: 48_201 }),
    answers: { page: refuseQuery },
  }),
  "rows-report": rows({
    traits: { columns: fixtures.columns, embedded: fixtures.embedded, classes: ["on time", "late"] },
    shared: fixtures.workbench({ selection: fixtures.cell }),
    connection: "report",
  }),
  slices: slicesPanel({ crossfilter: "IPY_MODEL_crossfilter" }, { selection: SLICE_SELECTED }),
  "slices-hostile": slicesPanel({ result: slices.hostile }),
  "slices-loss": slicesPanel({ result: slices.loss, settings: { ...slices.settings, metric: "loss" } }),
  "slices-computing": slicesPanel({
    result: null,
    status: { state: "running", text: "Searching slices: 2 conditions", fraction: 0.4 },
  }),
  "slices-stale": slicesPanel({ stale: true }),
  "slices-nothing": slicesPanel({ result: slices.nothing }),
  "slices-no-errors": slicesPanel({ result: slices.noErrors }, { saved_slices: [] }),
  "slices-failed": slicesPanel({ result: null, status: { ...slices.idle, state: "failed", error: ERROR } }),
  "slices-report": slicesPanel({ embedded: slices.embedded }, { selection: SLICE_SELECTED }, "report"),
  "slices-gone": slicesPanel({}, {}, "gone"),
  "slices-alone": { view: Slices, traits: { result: slices.result } },
  "workbench-slices": {
    ...shell({
      panel: "slices",
      panels: [
        ...fixtures.panels.slice(0, 2),
        fixtures.panel("slices", "Slices", "Narrow"),
        ...fixtures.panels.slice(2),
      ],
      selection: SLICE_SELECTED,
      saved_slices: slices.saved,
    }),
  },
  crossfilter: { view: Crossfilter, ...stripCase(madeUpRows()) },
  "crossfilter-brushed": {
    view: Crossfilter,
    ...stripCase(madeUpRows(), [
      { dimension: 0, first: 21, last: 35 },
      { dimension: 1, first: 0, last: 0 },
    ]),
  },
  "crossfilter-many": { view: Crossfilter, ...stripCase(madeUpRows(4_000, 24)) },
  "crossfilter-one-row": { view: Crossfilter, ...stripCase(madeUpRows(1)) },
  "crossfilter-gone": { view: Crossfilter, ...stripCase(madeUpRows()), connection: "gone" },
  "crossfilter-computing": { view: Crossfilter, traits: { result: null, selected: null, embedded: null } },
  attributions: attributionsPanel({}, { selection: attributions.oldest }),
  "attributions-many": attributionsPanel({
    result: attributions.many,
    local: attributions.manySteps,
    trust: attributions.lines,
    compared: null,
    settings: { ...attributions.settings, baseline: "row", baseline_row: 48_201 },
    n_rows: 336_776,
  }),
  "attributions-computing": attributionsPanel({
    result: null,
    trust: [],
    compared: null,
    status: attributions.statuses({
      all: { state: "running", text: "Attributing all rows", fraction: 0.42, error: null },
    }),
  }),
  "attributions-failed": attributionsPanel({
    result: null,
    local: null,
    trust: [],
    compared: null,
    status: attributions.statuses({
      row: { ...attributions.idle, state: "failed", error: ERROR },
      all: { ...attributions.idle, state: "failed", error: ERROR },
    }),
  }),
  "attributions-cancelled": attributionsPanel({
    result: null,
    trust: [],
    compared: null,
    status: attributions.statuses({ all: { ...attributions.idle, state: "cancelled" } }),
  }),
  "attributions-unavailable": attributionsPanel({
    result: null,
    local: null,
    unavailable: "the predictions were computed before; there is no model to ask",
  }),
  "attributions-report": {
    ...attributionsPanel({}, { selection: attributions.oldest }, "report"),
    traits: attributions.report,
  },
  "attributions-alone": { view: Attributions, traits: attributions.alone },
  "attributions-one": { view: Attributions, traits: attributions.one },
  gradcam: imagesPanel(),
  "gradcam-beside": imagesPanel({ settings: imagesFixture.live.settings }),
  "gradcam-finding": imagesPanel({ suspicions: [SUSPICION] }),
  "gradcam-many-classes": imagesPanel({
    classes: MANY_CLASSES,
    settings: { ...imagesFixture.live.settings, beside: null, target: 3 },
  }),
  "gradcam-long-layers": imagesPanel({}, { maps: () => longLayers }),
  "gradcam-failed-checks": imagesPanel({}, { checks: () => failedChecks }),
  "gradcam-computing": imagesPanel(
    { status: { state: "running", text: "Deleting the brightest parts", fraction: 0.4 } },
    { maps: () => new Promise(() => {}) },
  ),
  "gradcam-refused": imagesPanel(
    {},
    {
      maps: () => {
        throw new RequestError(ERROR);
      },
    },
  ),
  "gradcam-report": imagesPanel(imagesFixture.report, {}, "report"),
  "gradcam-alone": { view: GradCam, traits: imagesFixture.alone },
  "rows-pictures": rows({
    traits: { columns: fixtures.columns.filter(({ role }) => role !== "feature"), pictures: true },
    shared: fixtures.workbench({ selection: fixtures.rowsSelection }),
    answers: {
      page: (params: Parameters<typeof fixtures.rowsPage>[0]) => fixtures.rowsPage(params, 130),
      thumbnails: ({ rows: wanted }: { rows: number[] }) => ({
        ...imagesFixture.thumbnails,
        rows: fixtures.i4(wanted.slice(0, 3)),
      }),
    },
  }),
  findings: { view: Findings, traits: { result: fixtures.findings } },
  text: textPanel(),
  "text-computing": textPanel({
    ...texts.nothing,
    status: { state: "running", text: "Integrated gradients", fraction: 0.4 },
  }),
  "text-failed": textPanel({ ...texts.nothing, status: { ...texts.idle, state: "failed", error: ERROR } }),
  "text-cancelled": textPanel({ status: { ...texts.idle, state: "cancelled" } }),
  "text-report": textPanel({ ...texts.report }, "report"),
  "text-alone": { view: TextAttributions, traits: texts.alone },
};
