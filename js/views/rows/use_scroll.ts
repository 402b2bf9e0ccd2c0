/** The grid's scroll position in px of rows, for tables longer than a browser can scroll. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { geometryOf, ROW_HEIGHT, topShowing } from "./scroll";

export interface Scrolling {
  /** Top of the window in px of rows. */
  top: number;
  left: number;
  /** What to add to a row's place to get its place on the canvas. */
  shift: number;
  canvas: number;
  /** Brings a row into view. */
  show(index: number): void;
  /** Scrolls sideways so that a column, which begins at `left`, is seen beside the one that stays. */
  showColumn(left: number, width: number, sticky: number): void;
}

/** `viewport` is the height in which rows are seen; `key` starts again at the top when it changes. */
export function useScroll(
  ref: { readonly current: HTMLDivElement | null },
  rows: number,
  viewport: number,
  key: string,
): Scrolling {
  const geometry = geometryOf(rows, viewport);
  const [position, setPosition] = useState({ top: 0, left: 0, scrollTop: 0 });
  // The scroll position that we set ourselves: its event must not move the window again, by a rounding.
  const expected = useRef<number | null>(null);
  const newest = useRef(geometry);
  newest.current = geometry;
  const shownTop = useRef(0);

  const goTo = useCallback(
    (top: number) => {
      const element = ref.current;
      if (element === null) return;
      const clamped = newest.current.clamp(top);
      element.scrollTop = newest.current.scrollOf(clamped);
      expected.current = element.scrollTop;
      shownTop.current = clamped;
      setPosition({ top: clamped, left: element.scrollLeft, scrollTop: element.scrollTop });
    },
    [ref],
  );
  useEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const onScroll = () => {
      const { scrollTop, scrollLeft } = element;
      const isOurs = expected.current !== null && Math.abs(scrollTop - expected.current) < 1;
      if (!isOurs) {
        expected.current = null;
        shownTop.current = newest.current.topOf(scrollTop);
      }
      setPosition({ top: shownTop.current, left: scrollLeft, scrollTop });
    };
    const onWheel = (event: WheelEvent) => {
      const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (!newest.current.scaled || sideways || event.ctrlKey) return;
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * ROW_HEIGHT : event.deltaY;
      const top = newest.current.clamp(shownTop.current + pixels);
      // At either end the wheel goes on to the page.
      if (top === shownTop.current) return;
      event.preventDefault();
      goTo(top);
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      element.removeEventListener("scroll", onScroll);
      element.removeEventListener("wheel", onWheel);
    };
  }, [ref, goTo]);
  useLayoutEffect(() => goTo(0), [goTo, key]);

  const top = geometry.clamp(position.top);
  return {
    top,
    left: position.left,
    shift: geometry.scaled ? position.scrollTop - top : 0,
    canvas: geometry.canvas,
    show: (index) => {
      const next = topShowing(index, top, viewport);
      if (next !== top) goTo(next);
    },
    showColumn(left, width, sticky) {
      const element = ref.current;
      if (element === null) return;
      if (left - sticky < element.scrollLeft) element.scrollLeft = left - sticky;
      else element.scrollLeft = Math.max(element.scrollLeft, left + width - element.clientWidth);
    },
  };
}
