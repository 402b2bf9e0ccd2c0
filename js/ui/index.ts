export { Button, type Choice, CopyButton, LinkButton, Segmented, Select } from "./controls";
export { ChecksLine, FindingsList } from "./findings";
export * from "./format";
export {
  type Answer,
  type Latest,
  useConnection,
  useLatest,
  useRequest,
  useShared,
  useSize,
  useTrait,
} from "./hooks";
export { Meter, MiddleEllipsis, Severity, type SeverityWord } from "./marks";
export {
  type HeatMap,
  type Picture,
  PictureView,
  paintMap,
  paintPicture,
  picturesOf,
} from "./pictures";
export { ConnectionBanner, EmptyState, ErrorState, GONE_TEXT, Progress, ViewFrame } from "./states";
export { nextTile } from "./tiles";
export { TrustLines } from "./trust";
export { WidgetSlot } from "./widget_slot";
