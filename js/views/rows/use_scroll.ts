/** The grid's scroll position in px of rows, for tables longer than a browser can scroll. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { geometryOf, topShowing } from "./scroll";

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

  const goTo = useCallback(
    (top: number) => {
      const element = ref.current;
      if (element === null) return;
      const clamped = newest.current.clamp(top);
      element.scrollTop = newest.current.scrollOf(clamped);
      expected.current = element.scrollTop;
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
      if (!isOurs) expected.current = null;
      setPosition((old) => ({
        top: isOurs ? old.top : newest.current.topOf(scrollTop),
        left: scrollLeft,
        scrollTop,
      }));
    };
    const onWheel = (event: WheelEvent) => {
      if (!newest.current.scaled || event.deltaY === 0 || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      setPosition((old) => {
        const top = newest.current.clamp(old.top + event.deltaY);
        element.scrollTop = newest.current.scrollOf(top);
        expected.current = element.scrollTop;
        return { ...old, top, scrollTop: element.scrollTop };
      });
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      element.removeEventListener("scroll", onScroll);
      element.removeEventListener("wheel", onWheel);
    };
  }, [ref]);
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
